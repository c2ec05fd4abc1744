"""Mail, to a mail server on this machine."""

import re
import socketserver
import threading

import pytest

from server.exceptions import BadSetting
from server.services import mail
from server.settings import load_settings
from tests.server.people import PASSWORD

FROM = "Face Check-in <attendance@school.example>"


class Postman(socketserver.StreamRequestHandler):
    """Takes what it is given (RFC 5321), without TLS and without a password."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            match line[:4].upper():
                case b"EHLO":
                    self.wfile.write(b"250 here\r\n")
                case b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    text = b""
                    while (part := self.rfile.readline()) != b".\r\n":
                        text += part
                    self.server.letters.append(text.decode())
                    self.wfile.write(b"250 taken\r\n")
                    self.server.arrived.set()
                case b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                case _:
                    self.wfile.write(b"250 fine\r\n")


@pytest.fixture
def post_office():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Postman) as server:
        server.letters, server.arrived = [], threading.Event()
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def settings(settings, post_office):
    port = post_office.server_address[1]
    return settings.model_copy(
        update=load_settings(smtp_url=f"smtp://127.0.0.1:{port}", smtp_from=FROM).model_dump(
            include={"smtp_url", "smtp_from"}
        )
    )


def test_it_arrives(settings, post_office):
    mail.send(settings, "kim@school.example", "출석", "안녕하세요")
    (letter,) = post_office.letters
    assert "To: kim@school.example" in letter
    assert f"From: {FROM}" in letter


def test_a_forgotten_password_is_chosen_anew_by_mail(settings, post_office, auth, instructor):
    asked = {"email": instructor.email, "csrf_token": auth.token()}
    answer = auth.client.post("/forgot-password", data=asked)
    assert answer.status_code == 302
    assert post_office.arrived.wait(5)
    link = re.search(
        r"http://localhost(/choose-password/\S+)", re.sub(r"=\r?\n", "", post_office.letters[0])
    )[1]
    chosen = "another long password"
    form = {"password": chosen, "repeated": chosen, "csrf_token": auth.token()}
    assert auth.client.post(link, data=form).status_code == 302
    for password, status in ((PASSWORD, 422), (chosen, 302)):
        form = {"email": instructor.email, "password": password, "csrf_token": auth.token()}
        assert auth.client.post("/sign-in", data=form).status_code == status


def test_an_unknown_address_gets_the_same_answer_and_no_mail(settings, post_office, auth, instructor):
    answers = []
    for email in (instructor.email, "nobody@school.example"):
        answer = auth.client.post("/forgot-password", data={"email": email, "csrf_token": auth.token()})
        answers.append((answer.status_code, answer.headers["Location"]))
    assert answers[0] == answers[1]
    assert post_office.arrived.wait(5)
    assert len(post_office.letters) == 1


def test_a_mail_server_that_is_away_is_logged_without_the_address(settings, post_office, caplog):
    post_office.shutdown()
    post_office.server_close()
    mail.send_soon(settings, "kim@school.example", "subject", "text")
    for thread in threading.enumerate():
        if thread.name == "mail":
            thread.join()
    assert "a mail could not be sent" in caplog.text
    assert "kim@" not in caplog.text


@pytest.mark.parametrize("url", ["school.example", "http://school.example", "smtp://a b"])
def test_a_wrong_address_is_refused_at_the_start(url):
    with pytest.raises(BadSetting, match="FACE_CHECKIN_SMTP_URL"):
        load_settings(smtp_url=url)
