"""The numbers behind one calling code, told apart by the patterns of `phonenumbers`, each compiled once.

The library looks a number's metadata and every pattern up anew for each number; a file of millions of visits pays for that.
What is told here equals what the library tells; a property test holds the two together. Calling codes that several countries share
(+1, +7, +44 …) are left to the library.
"""

import re
from functools import cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberDesc, PhoneNumberType
from phonenumbers import REGION_CODE_FOR_NON_GEO_ENTITY as NO_COUNTRY


class NumberingPlan:
    """All questions are about a national number: its digits after the calling code, with leading zeros."""

    def __init__(self, metadata: PhoneMetadata) -> None:
        general = metadata.general_desc
        assert general is not None, "every country's has it"
        self._lengths = frozenset(general.possible_length) - frozenset(general.possible_length_local_only)
        self._general = _Ranges(general)
        self._kinds = tuple((kind, _Ranges(desc)) for kind, desc in _by_kind(metadata) if desc is not None)
        self._kinds_of_length = cache(self._with_length)
        self._fixed = _Ranges(metadata.fixed_line)
        self._mobile = _Ranges(metadata.mobile)
        self._alike = metadata.same_mobile_and_fixed_line_pattern

    def has_length(self, national: str) -> bool:
        """Tell whether numbers have this many digits."""
        return len(national) in self._lengths

    def type_of(self, national: str) -> int:
        """Return a number's kind, a constant of `PhoneNumberType`."""
        if not self._general.hold(national):
            return int(PhoneNumberType.UNKNOWN)
        for kind, ranges in self._kinds_of_length(len(national)):
            if ranges.hold(national):
                return kind
        if self._fixed.hold(national):
            both = self._alike or self._mobile.hold(national)
            return int(PhoneNumberType.FIXED_LINE_OR_MOBILE if both else PhoneNumberType.FIXED_LINE)
        mobile = not self._alike and self._mobile.hold(national)
        return int(PhoneNumberType.MOBILE if mobile else PhoneNumberType.UNKNOWN)

    def _with_length(self, digits: int) -> tuple[tuple[int, "_Ranges"], ...]:
        return tuple((kind, ranges) for kind, ranges in self._kinds if ranges.may_have(digits))


@cache
def numbering_plan(code: str) -> NumberingPlan | None:
    """Return the numbers behind a calling code ("372"); None where no country, or more than one, has it."""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code), ())
    if len(regions) != 1 or regions[0] == NO_COUNTRY:
        return None
    metadata = PhoneMetadata.metadata_for_region(regions[0])
    return NumberingPlan(metadata) if metadata is not None else None


class _Ranges:
    """The numbers of one kind: their lengths and their pattern."""

    def __init__(self, desc: PhoneNumberDesc | None) -> None:
        self._lengths = frozenset(desc.possible_length) if desc else frozenset()
        self._pattern = re.compile((desc and desc.national_number_pattern) or "(?!)")

    def may_have(self, digits: int) -> bool:
        return not self._lengths or digits in self._lengths

    def hold(self, national: str) -> bool:
        return self.may_have(len(national)) and self._pattern.fullmatch(national) is not None


def _by_kind(metadata: PhoneMetadata) -> tuple[tuple[int, PhoneNumberDesc | None], ...]:
    """Return the kinds that are looked for before fixed and mobile lines, in the library's order."""
    kind = PhoneNumberType
    return (
        (int(kind.PREMIUM_RATE), metadata.premium_rate),
        (int(kind.TOLL_FREE), metadata.toll_free),
        (int(kind.SHARED_COST), metadata.shared_cost),
        (int(kind.VOIP), metadata.voip),
        (int(kind.PERSONAL_NUMBER), metadata.personal_number),
        (int(kind.PAGER), metadata.pager),
        (int(kind.UAN), metadata.uan),
        (int(kind.VOICEMAIL), metadata.voicemail),
    )
