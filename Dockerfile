# stanch in a container, of Debian packages only:
#
#	docker build -t stanch .
#	docker run --rm -v "$PWD:/src:ro" -u "$(id -u):$(id -g)" stanch
#
# The default command scans /src. Whoever runs it as another user than the
# repository's owner adds `scan --allow-owner`. The steps are tried by
# `make deb-test`, in a fresh Debian without an engine.
FROM debian:bookworm-slim AS build
WORKDIR /build
COPY . /build/
RUN sh tests/deps.sh build
RUN apt-get install -qq -y --no-install-recommends dpkg-dev
RUN sh packages/deb.sh

FROM debian:bookworm-slim
COPY --from=build /build/build/deb/ /tmp/deb/
RUN apt-get update -qq && apt-get install -qq -y --no-install-recommends /tmp/deb/stanch_*.deb && rm -rf /tmp/deb /var/lib/apt/lists/*
RUN useradd --system --create-home --shell /usr/sbin/nologin stanch
USER stanch
WORKDIR /src
ENTRYPOINT ["stanch"]
CMD ["scan", "/src"]
