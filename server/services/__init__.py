"""What the server does, without HTTP: every function takes a database session first and knows no request."""
