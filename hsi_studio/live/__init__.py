"""What computes beside the window, in processes of their own, so that no library can hold it up."""
