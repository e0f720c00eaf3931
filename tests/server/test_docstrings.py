"""What a docstring says of arguments."""

from server.docstrings import describe


def test_a_description_has_the_arguments_in_one_line_each() -> None:
    """A colon within a description, and a line that goes on, belong to it."""

    def fn(text: str, places: object) -> None:
        """What it does,
        in two lines.

        Args:
            text: what is read, such as `{"a": 1}`
            places: where: pages, slides
                or lines
        """

    found = describe(fn)
    assert found.summary == "What it does, in two lines."
    assert found.arguments == {"text": 'what is read, such as `{"a": 1}`', "places": "where: pages, slides or lines"}


def test_a_docstring_need_not_have_any() -> None:
    """One that is missing describes nothing."""

    def fn() -> None:
        """What it does."""

    assert describe(fn).summary == "What it does."
    assert describe(fn).arguments == {}
    assert describe(lambda: None).summary == ""
