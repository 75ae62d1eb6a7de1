"""Telegram's HTML as strictly as Telegram reads it: known tags only, closed in order."""

from html.parser import HTMLParser

TAGS = {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "a", "code", "pre", "span", "blockquote"}


def plain_text(html: str) -> str:
    """The text that a reader sees. ValueError for markup that Telegram refuses."""
    parser = _Parser(convert_charrefs=True)
    parser.feed(html)
    parser.close()
    if parser.open_tags:
        raise ValueError(
            f"can't parse entities: can't find end tag corresponding to start tag {parser.open_tags[-1]}"
        )
    return "".join(parser.text)


class _Parser(HTMLParser):
    def __init__(self, *, convert_charrefs: bool) -> None:
        super().__init__(convert_charrefs=convert_charrefs)
        self.text: list[str] = []
        self.open_tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise ValueError(f'can\'t parse entities: unsupported start tag "{tag}"')
        self.open_tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open_tags or self.open_tags.pop() != tag:
            raise ValueError(f'can\'t parse entities: unexpected end tag "{tag}"')

    def handle_data(self, data: str) -> None:
        self.text.append(data)
