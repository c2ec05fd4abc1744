"""What the server says over HTTP: the JSON API and the pages."""
