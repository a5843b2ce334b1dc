"""The filter language, the same on the screen, for `--filter`, `dump`, `monitor` and `wait`.

`expr := and ("or" and)*`; terms side by side, or with `and` between, must all hold; `not` or `!` and parentheses as
usual. `column op value` compares, with the operators `== = : != < <= > >= ~ !~ in covers has`; any other word is looked
for in the text of every column. Case never matters.

`syntax` makes a tree (`tree`) of a text and a table, `comparing` says what each comparison means for one value;
`columnar` answers for many rows of a store at once, `records` for one row at a time. `parsed.Filter`
is a filter in use.
"""
