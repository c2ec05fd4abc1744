# Face Check-in as one image: `docker build -t face-check-in .`
#
# The serving stage holds neither compiler nor TensorFlow: networks are exported, pages built and translations
# compiled in the stages before it.

FROM node:20-bookworm-slim AS pages
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-fund --no-audit
RUN npm sbom --package-lock-only --sbom-format cyclonedx > /pages.json
COPY web ./
RUN npm run build

FROM python:3.11-slim-bookworm AS models
WORKDIR /src
COPY requirements.txt ./
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir --quiet --require-hashes --requirement requirements.txt
ENV PATH=/opt/venv/bin:$PATH
COPY recognition recognition
RUN python -m recognition.weights --into models/faces
COPY training training
COPY server server
RUN python -m server fonts && python -m server prepare-demo && pybabel compile -d server/translations && rm -r models/faces/source

FROM python:3.11-slim-bookworm AS packages
WORKDIR /src
COPY requirements requirements
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --quiet --require-hashes --requirement requirements/serving.txt \
    && /opt/venv/bin/pip uninstall --quiet --yes pip setuptools

FROM models AS sbom
COPY requirements requirements
RUN /opt/venv/bin/pip install --no-cache-dir --quiet --require-hashes --requirement requirements/sbom.txt
COPY pyproject.toml ./
COPY setup setup
COPY --from=packages /opt/venv /opt/serving
COPY --from=pages /pages.json /pages.json
RUN python -m setup.sbom --environment /opt/serving/bin/python --pages /pages.json --into /sbom

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --user-group --home-dir /data --no-create-home app \
    && install -d -o app -g app /certificate && install -d -m 700 -o app -g app /data
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY recognition recognition
COPY training training
COPY --from=models /src/models models
COPY models/pose models/pose
COPY --from=models /src/server server
COPY --from=pages /src/web/dist web/dist
COPY --from=sbom /sbom sbom
RUN /opt/venv/bin/python -m compileall -q recognition server training
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    FACE_CHECKIN_HOST=0.0.0.0 \
    FACE_CHECKIN_PORT=8443 \
    FACE_CHECKIN_TLS=on \
    FACE_CHECKIN_DATA_DIR=/data
USER app
VOLUME /data
EXPOSE 8443
HEALTHCHECK --interval=15s --timeout=8s --start-period=60s --retries=3 CMD ["python", "-m", "server", "health"]
ENTRYPOINT ["python", "-m", "server"]
CMD ["serve"]
