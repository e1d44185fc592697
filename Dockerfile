# The server as an image. It is built as the README says: `make web`, then cargo.

FROM node:22-bookworm-slim AS pages
RUN apt-get update \
    && apt-get install --yes --no-install-recommends make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /dropcast
COPY Makefile ./
COPY web web
RUN make web

FROM rust:1.95-slim-bookworm AS program
RUN apt-get update \
    && apt-get install --yes --no-install-recommends make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /dropcast
COPY . .
COPY --from=pages /dropcast/web/dist web/dist
RUN cargo build --release --locked --workspace --bins

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin dropcast \
    && install --directory --owner=dropcast --mode=0750 /var/lib/dropcast
COPY --from=program /dropcast/target/release/dropcast /usr/local/bin/
COPY --chmod=0755 deploy/ready.sh /usr/local/bin/dropcast-ready
USER dropcast
ENV DROPCAST_LISTEN=0.0.0.0:8080 \
    DROPCAST_DATA_DIR=/var/lib/dropcast
EXPOSE 8080
ENTRYPOINT ["dropcast"]
CMD ["serve"]
