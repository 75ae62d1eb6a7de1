"""What must be survived, one file per kind of fault; small in `make test`, at full size by `make faults`.

Each ends with `sound.py`, the one function that reads the store and finds every invariant of the design unbroken.

    F1   killed while replies come in            test_fault_killed_hearing.py
    F2   killed while sending                    test_fault_failpoints.py (every point), test_fault_killed.py,
                                                 test_fault_killed_sending.py (several processes, PostgreSQL)
    F3   power loss                              test_fault_power.py
    F8   store locked                            test_fault_store_service.py, test_fault_store_file.py
    F9   disk full                               the same
    F10  store gone, read-only                   the same
    F11  store damaged                           the same
    F12  clock jumps                             test_fault_clock.py
    F13  clocks change, leap day, odd zones      test_fault_calendar.py
    F14  many processes, one due message         test_fault_races.py
    F15  many processes, one customer            test_fault_races.py
    F16  overdue after days, at night            test_fault_clock.py
    F19  broken configuration                    test_fault_configuration.py
    F20  killed while migrating                  test_fault_migrations.py
    F21  stopped under load                      test_fault_stopping.py
    F22  a storm of low scores, staff chat gone  test_fault_alerts.py
    F23  backup under load, restore              test_fault_backup.py
    F25  long work                               test_fault_soak.py
    F26  messages missed while away              test_fault_killed.py

Faults of the wire, of malformed messages and of the move stand beside what they break: tests/test_channel_misbehaving.py,
test_outbox_outage.py, test_outbox_unknown.py (F6, F7), test_web_webhooks.py, test_web_limits.py (F4, F17, F24),
test_quarantine.py (F18), test_store_move.py (F27); disorder of all kinds is what `askwhy simulate` lives through (F5).
"""
