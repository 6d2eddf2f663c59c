"""Films of pictures that another process draws."""
