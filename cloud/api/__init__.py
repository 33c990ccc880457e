"""The JSON API, one file per noun; each gives its routes and is handed what it needs."""
