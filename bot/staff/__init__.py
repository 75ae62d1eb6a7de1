"""What staff may ask in chat, and how they are answered."""
