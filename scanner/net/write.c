/* write: frames that stanch sends. helper/read.c reads them. */
#include "net/internal.h"

#include "base/banned.h"

static void write_mappings(struct buf *out, const struct net_mapping *at,
	size_t n)
{
	frame_put_u32(out, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		frame_put_text(out, at[i].from);
		frame_put_text(out, at[i].to);
	}
}

void net_write_config(struct buf *out, const struct net_config *config)
{
	static const struct net_config none;
	size_t begun = frame_begin(out, FRAME_CONFIG);

	if (config == NULL)
		config = &none;
	frame_put_u32(out, FRAME_VERSION);
	frame_put_text(out, config->ca_file);
	frame_put_text(out, config->proxy);
	write_mappings(out, config->connects, config->connect_count);
	frame_end(out, begun);
}

static uint32_t or_default(uint32_t value, uint32_t instead)
{
	return value > 0 ? value : instead;
}

void net_write_request(struct buf *out, const struct net_config *config,
	const struct net_request *request, bytes url, bytes host,
	uint32_t flags)
{
	size_t begun = frame_begin(out, FRAME_REQUEST);
	uint32_t rate = or_default(request->per_minute, 600);
	uint32_t seconds = or_default(request->seconds, 10);
	bool is_ours = config && config->per_minute > 0;
	size_t most = request->max_body ? request->max_body : NET_BODY;

	if (is_ours)
		rate = config->per_minute;
	frame_put_u64(out, request->id);
	frame_put_u32(out, flags);
	frame_put_text(out, request->method ? request->method : "GET");
	frame_put_bytes(out, url);
	frame_put_bytes(out, host);
	if (request->pace)
		frame_put_text(out, request->pace);
	else
		frame_put_bytes(out, host);
	frame_put_u32(out, rate);
	frame_put_u32(out, is_ours ? rate / 60 + 1
		: or_default(request->burst, rate / 60 + 1));
	frame_put_u32(out, or_default(request->parallel, 2));
	frame_put_u32(out, or_default(request->tries, 1));
	frame_put_u32(out, seconds < 120 ? seconds : 120);
	frame_put_u32(out,
		(uint32_t)(most < NET_BODY_MOST ? most : NET_BODY_MOST));
	frame_put_u32(out, (uint32_t)request->header_count);
	for (size_t i = 0; i < request->header_count; i++) {
		frame_put_bytes(out, request->headers[i].name);
		frame_put_bytes(out, request->headers[i].value);
	}
	frame_put_bytes(out, request->body);
	frame_end(out, begun);
}

void net_write_mail(struct buf *out, const struct net_mail *mail)
{
	size_t begun = frame_begin(out, FRAME_MAIL);

	frame_put_u64(out, mail->id);
	frame_put_text(out, mail->host);
	frame_put_u32(out, mail->port);
	frame_put_u32(out, (uint32_t)mail->security);
	frame_put_bytes(out, mail->user);
	frame_put_bytes(out, mail->password);
	frame_put_text(out, mail->from);
	frame_put_u32(out, (uint32_t)mail->to_count);
	for (size_t i = 0; i < mail->to_count; i++)
		frame_put_text(out, mail->to[i]);
	frame_put_bytes(out, mail->message);
	frame_put_u32(out, or_default(mail->seconds, 30));
	frame_end(out, begun);
}
