"""The command `kiosk`: starts or calls the other parts; nothing imports it."""
