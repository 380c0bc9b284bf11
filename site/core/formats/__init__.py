"""Django's format modules for our four languages, used before Django's own.

In all of them `NUMBER_GROUPING` is 0: Django cannot leave four-digit numbers whole, as Polish and
Italian do, and would break years. The filters `number` and `money` group; what people type with
thousand separators is still understood.
"""
