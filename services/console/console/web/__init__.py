"""The console's pages: server-rendered, for keyboards and phones as well, with nothing fetched from elsewhere."""
