"""Search over the pages by words: ranked, and forgiving of typing errors (`difflib` says how alike two words are)."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping

import attrs

__all__ = ["Index", "Text", "words"]

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[a-z0-9]+")
_WEIGHTS = (8.0, 3.0, 1.0)
"""What a word counts for in the name, the summary and the text of a page."""
_SHORT = 4
"""Shorter words are not mended: too many are like them."""
_ALIKE = 0.7
"""How like a known word a misspelt one has to be, from 0 to 1."""
_INFLECTED = 0.8
"""How like a known word another known one has to be to count as the same: `booking` and `bookings`."""
_EMPTY_WORDS = frozenset(
    _WORD.findall("a an and are can do does for how i in is it my of on or the to what with you your")
)


@attrs.frozen(kw_only=True)
class Text:
    """What is searched of one page.

    Attributes:
        name: Its name, which is what a search gives back.
        summary: Its title and what it says in a sentence.
        body: The rest.
    """

    name: str
    summary: str
    body: str


class Index:
    """The words of a fixed set of pages.

    Args:
        texts: The pages.
    """

    def __init__(self, texts: Iterable[Text]) -> None:
        self._pages = {text.name: _weighed(text) for text in texts}
        self._vocabulary = dict.fromkeys(word for page in self._pages.values() for word in page)

    def search(self, query: str, limit: int) -> list[tuple[str, float]]:
        """The pages that fit best.

        Args:
            query: Words, in any order; misspelt ones count as those they are most like.
            limit: At most so many.

        Returns:
            Names of pages with their score, the best first. Rarer words, more of the words and words in names and
            summaries score higher; ties are in the order of the pages.
        """
        asked = dict.fromkeys(words(query))
        meant = [word for word in asked if word not in _EMPTY_WORDS] or list(asked)
        scores = dict.fromkeys(self._pages, 0.0)
        found = dict.fromkeys(self._pages, 0)
        for word in meant:
            alike = _alike(word, self._vocabulary)
            hits = {
                name: max((page[w] * alike[w] for w in alike if w in page), default=0.0)
                for name, page in self._pages.items()
            }
            rarity = math.log1p(len(hits) / max(1, sum(hit > 0 for hit in hits.values())))
            for name, hit in hits.items():
                scores[name] += hit * rarity
                found[name] += hit > 0
        ranked = sorted(self._pages, key=lambda name: -scores[name] * found[name])
        best = [(name, round(scores[name] * found[name] / len(meant), 3)) for name in ranked if found[name]]
        return best[: max(0, limit)]


def words(text: str) -> list[str]:
    """The words of a text in small letters; `eventTypeId` and `event_type_id` are the same three."""
    return _WORD.findall(_HUMP.sub(" ", text).lower())


def _weighed(text: Text) -> Mapping[str, float]:
    """What each word of a page counts for: where it stands most prominently."""
    weighed: dict[str, float] = {}
    for weight, part in zip(_WEIGHTS, (text.name, text.summary, text.body), strict=True):
        for word in words(part):
            weighed.setdefault(word, weight)
    return weighed


def _alike(word: str, vocabulary: Iterable[str]) -> dict[str, float]:
    """The known words that a word may mean, and how well each fits, up to 1."""
    known = set(vocabulary)
    found = {other: len(word) / len(other) for other in known if len(word) > 2 and other.startswith(word)}
    if len(word) >= _SHORT:
        cutoff = _INFLECTED if word in known else _ALIKE
        for other in difflib.get_close_matches(word, known, n=5, cutoff=cutoff):
            ratio = difflib.SequenceMatcher(None, word, other).ratio()
            found[other] = max(found.get(other, 0.0), ratio**2)
    if word in known:
        found[word] = 1.0
    return found
