"""What must be survived, one file per kind of fault; small in `make test`, at full size by `make faults`."""
