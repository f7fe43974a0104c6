"""ISO 4217: the currencies money may be in, and how many decimal places each has."""

from decimal import Decimal

_TWO = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK
DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD
KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK
PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS
UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
""".split()
_ZERO = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split()
_THREE = "BHD IQD JOD KWD LYD OMR TND".split()

DECIMAL_PLACES = dict.fromkeys(_TWO, 2) | dict.fromkeys(_ZERO, 0) | dict.fromkeys(_THREE, 3)
"""Currency code -> decimal places of its minor unit (ISO 4217 list one)."""


def to_minor(amount: Decimal, currency: str) -> int:
    """Amount in whole minor units; ValueError when the currency has no such fraction."""
    minor = amount.scaleb(DECIMAL_PLACES[currency])
    if minor != minor.to_integral_value():
        raise ValueError(f"{currency} has {DECIMAL_PLACES[currency]} decimal places")
    return int(minor)


def from_minor(minor: int, currency: str) -> Decimal:
    """The amount that many minor units are, with the currency's decimal places."""
    return Decimal(minor).scaleb(-DECIMAL_PLACES[currency])
