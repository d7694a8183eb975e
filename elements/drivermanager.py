"""DriverManager([TYPE] [, INSTRUCTION, ...])

A Script that decides when the driver stops.

Whenever the driver is told to stop, the script makes a step: it goes on behind the `pause` or `wait` where it stands. The driver stops
when the script comes to `stop`, which its end is, too, and goes on while it waits. Without instructions it waits for one stop, which is
what happens without a DriverManager. A machine has one script of this type at most.

Arguments:
    TYPE: see Script; DRIVER if not given.
    INSTRUCTION: see Script.

Handlers:
    abs (read): the absolute value of a number.
    add (read): the sum of numbers.
    and (read): whether all words are true.
    cat (read): what is in a file; not to be asked from outside.
    catq (read): likewise, as a string in quotes.
    div (read): a number divided by others, with a fraction.
    eq (read): whether two numbers, or else two texts, are equal.
    first (read): the first word.
    ge (read): whether the first of two is greater or equal.
    get (read): the value of a variable.
    goto (write): go on at a label.
    gt (read): whether the first of two is greater.
    htonl (read): a number of 32 bits in the network's byte order.
    htons (read): a number of 16 bits in the network's byte order.
    idiv (read): a number divided by others, without the fraction.
    if (read): the second word if the first is true, else the third.
    in (read): whether the first word is one of the others.
    kill (read): send a signal to processes; not to be asked from outside.
    le (read): whether the first of two is less or equal.
    length (read): how many bytes the text has.
    lt (read): whether the first of two is less.
    max (read): the greatest of numbers.
    min (read): the least of numbers.
    mod (read): what is left of a whole number divided by another.
    mul (read): the product of numbers.
    nand (read): whether not all words are true.
    ne (read): whether two are not equal.
    neg (read): a number with the other sign.
    nor (read): whether no word is true.
    not (read): the contrary.
    now (read): the time, in seconds since 1970.
    ntohl (read): the contrary of htonl.
    ntohs (read): the contrary of htons.
    or (read): whether a word is true.
    random (read): a random number: of 31 bits, below N, or from N1 to N2.
    readable (read): whether all these read handlers are there.
    rem (read): what is left of a number divided by another.
    run (read): run from the beginning; what the script returns.
    run (write): run from the beginning.
    set (write): set a variable: its name and value.
    shift (read): takes the first word from a variable, args if none is named.
    sprintf (read): a format and what it asks for, as printf prints it.
    step (write): pass a pause or a wait, or as many as are given.
    sub (read): the first of numbers less all others.
    unquote (read): the text with a layer of quotes less.
    writable (read): whether all these write handlers are there.

Examples:
    DriverManager(pause, write q.reset, wait 0.1s, stop)
    DriverManager
    DriverManager(TYPE DRIVER, wait 10s, print "ten seconds")
"""

from typing import ClassVar

from elements.script import Script


class DriverManager(Script):
    is_operators: ClassVar[bool] = True
    default_type: ClassVar[str | None] = "driver"
