/* mail: one message over SMTP. */
#include "net/helper/internal.h"

#include "base/banned.h"

static size_t give(char *to, size_t size, size_t count, void *context)
{
	struct job *job = context;
	size_t n = size * count, left = job->body_n - job->body_at;

	if (n > left)
		n = left;
	memcpy(to, job->body + job->body_at, n);
	job->body_at += n;
	return n;
}

bool mail_set_up(const struct settings *settings, struct job *job)
{
	CURL *easy = job->easy;
	bool has_user = job->user[0] != '\0';

	(void)settings;
	job->body_at = 0;
	return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps") ==
		       CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_USE_SSL,
		       job->security == NET_MAIL_PLAIN
			       ? (long)CURLUSESSL_NONE
			       : (long)CURLUSESSL_ALL) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_MAIL_FROM, job->from) ==
		       CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, job->to) ==
		       CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_READFUNCTION, give) ==
		       CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_READDATA, job) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE,
		       (curl_off_t)job->body_n) == CURLE_OK &&
	       (!has_user || (curl_easy_setopt(easy, CURLOPT_USERNAME,
				      job->user) == CURLE_OK &&
				     curl_easy_setopt(easy, CURLOPT_PASSWORD,
					     job->password) == CURLE_OK));
}
