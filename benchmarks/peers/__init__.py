"""What others would use instead, as small programs of ours on the peer's own library. What each does not do is said in it."""
