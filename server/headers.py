"""The security headers of every answer."""

from flask import Flask, Response, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
_CLOSED = ("microphone=()", "geolocation=()", "payment=()", "usb=()")
CAMERA_ENDPOINTS = {
    "pages.face_step",
    "pages.kiosk",
    "pages.my_photos",
    "pages.own_face",
    "pages.roll_call",
    "pages.shots",
    "pages.teach_gestures",
}


def init_app(app: Flask) -> None:
    """Adds the headers after each request."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        camera = "camera=(self)" if request.endpoint in CAMERA_ENDPOINTS else "camera=()"
        headers = response.headers
        headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        headers["Permissions-Policy"] = ", ".join((camera, *_CLOSED))
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if request.is_secure:
            headers["Strict-Transport-Security"] = "max-age=63072000"
        # Pages and answers are about people: nothing but the built assets may be stored by a cache.
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"
        return response
