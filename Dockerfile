# thinkalong in a container. docs/running.md says how it is built, started and kept.
#
# The base is today's Node 22 on Debian 12. Where builds must be the same again, give it with its digest:
# --build-arg NODE_IMAGE=node:22-bookworm-slim@sha256:…
ARG NODE_IMAGE=node:22-bookworm-slim

# ffmpeg from Debian's sources, with Debian's fixes, and only what reads video. Debian's package would bring 200 libraries
# (400 MB), and the one that npm has is of 2018 and crashes where a camera is named by its host name.
FROM ${NODE_IMAGE} AS ffmpeg
RUN sed -i 's/^Types: deb$/Types: deb deb-src/' /etc/apt/sources.list.d/debian.sources \
 && apt-get update -q \
 && apt-get install -y -q --no-install-recommends build-essential dpkg-dev nasm pkg-config \
      libdav1d-dev libdrm-dev libgnutls28-dev libsrt-gnutls-dev libva-dev zlib1g-dev
WORKDIR /ffmpeg
RUN apt-get source -q ffmpeg && cd ffmpeg-*/ \
 && ./configure --prefix=/usr/local --disable-autodetect --disable-debug --disable-doc --disable-ffplay --disable-ffprobe \
      --disable-encoders --enable-encoder=rawvideo,wrapped_avframe --disable-muxers --enable-muxer=rawvideo,null \
      --disable-outdevs --enable-gnutls --enable-libdav1d --enable-libdrm --enable-libsrt --enable-vaapi --enable-zlib \
 && make -j"$(nproc)" && make install-progs && strip /usr/local/bin/ffmpeg && cd .. && rm -rf ffmpeg*

# The server, built from this checkout, without what only people who develop read. No package needs its install script: what
# they would fetch is for GPUs.
FROM ${NODE_IMAGE} AS server
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
COPY bench/package.json bench/
RUN npm ci --ignore-scripts
COPY . .
RUN npm run -s build
WORKDIR /app
RUN cp -r /src/package.json /src/package-lock.json /src/.npmrc /src/LICENSE /src/THIRD-PARTY-NOTICES.md /src/dist /src/models . \
 && mkdir client packaging && cp -r /src/client/sample client && cp /src/packaging/healthcheck.mjs packaging \
 && npm ci --omit=dev --workspaces=false --ignore-scripts \
 && find dist node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete \
 && rm -rf node_modules/fluent-ffmpeg/coverage

# Without what this machine does not need.
FROM ffmpeg AS pruned
COPY --from=server /app /app
RUN node /app/dist/cli/main.js prune-install --bundled-ffmpeg --yes

FROM ${NODE_IMAGE}
RUN apt-get update -q \
 && apt-get install -y -q --no-install-recommends ca-certificates libdav1d6 libgnutls30 libsrt1.5-gnutls libva-drm2 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
 && install -d -o 1000 -g 1000 -m 700 /data
COPY --from=pruned /usr/local/bin/ffmpeg /usr/local/bin/ffmpeg
COPY --from=pruned /app /app
ENV NODE_ENV=production THINKALONG_HOME=/data
# The user "node" of the base, by its number: Kubernetes sees from it that this is not root.
USER 1000:1000
# Nothing else is written to, so the rest may be read-only. A thinkalong.yaml here is read at the start.
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["node", "/app/packaging/healthcheck.mjs"]
ENTRYPOINT ["/app/dist/cli/main.js"]
CMD ["serve", "--host", "0.0.0.0"]
