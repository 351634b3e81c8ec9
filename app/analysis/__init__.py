"""What texts and numbers say: pure functions on arrays and strings. No database, no clock, no chance: the same
input gives the same answer in every process and in any order.
"""
