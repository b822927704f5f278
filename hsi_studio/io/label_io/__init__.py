"""Labels in the formats of other programs; `hsi_studio.io.labels` chooses among them."""
