"""Files come in: any CSV, row by row in constant memory, and nothing of it disappears silently.

    csv_file.py    the rows of a CSV file, whatever program wrote it; a line that cannot be read is a row with a problem
    rejected.py    the file beside it with the rows that cannot be used and why, safe to open in a spreadsheet
    visits.py      rows of a visits file as visits, in batches

Invariant: a row is either handed on or written to the rejected file; the sum of both is the number of rows read.
"""
