"""Everything that needs torch: devices, text encoders, classifiers."""
