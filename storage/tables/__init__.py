"""One file per group of tables: plain methods around named SQL. Nothing here decides anything."""
