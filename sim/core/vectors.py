"""The innermost step of the model on vectors: the four ties of a person at once.

Who remembers whom is asked for each authorship twice. Four words are compared, moved and chosen between side by side,
in LLVM's own vectors of four lanes, which it compiles for any machine.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.errors import TypingError
from numba.extending import intrinsic

from sim.core.columns import N_TIES
from sim.core.ties import PRIORITY_BIT, ROW_BIT, YEARS

FOUR = ir.VectorType(ir.IntType(64), N_TIES)


@intrinsic
def remember(_context: Any, ties: types.Array, row: types.Integer, tie: types.Integer, memory: types.Integer) -> Any:
    """Add a tie to the four of the person in a row: the four highest of the set stay, in descending order.

    So the result does not depend on the order in which papers are gone through. Of the same person's only the newer
    one stays; the same person is row, tag and match: at scales above 1 two ties to one agent with different matches
    are ties to two of the people it stands for.

    Parameters
    ----------
    ties : uint64 [n_rows, N_TIES], C order, in and out.
    tie : word of `sim.core.ties.tie_word`, of this year, so never older than one of the same person.
    memory : that the words were made with, below 128.

    Raises
    ------
    TypingError
        If ties do not lie one after the other.
    """
    if ties.layout != "C" or ties.ndim != 2 or ties.dtype != types.uint64:
        raise TypingError(f"four words a row, one after the other, not {ties}")

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array, (at, word, weight) = context.make_array(signature.args[0])(context, builder, args[0]), args[1:]
        index = [at, context.get_constant(types.intp, 0)]
        element = cgutils.get_item_pointer(context, builder, signature.args[0], array, index, wraparound=False)
        pointer = builder.bitcast(element, FOUR.as_pointer())
        new = with_tie(builder, builder.load(pointer, align=8), splat(builder, word), splat(builder, weight))
        builder.store(new, pointer, align=8)
        return context.get_dummy_value()

    return types.void(ties, types.intp, types.uint64, types.uint64), generate


def with_tie(builder: Any, ties: Any, tie: Any, memory: Any) -> Any:
    """Four ties with one more, as vectors: those above it keep their place, it comes next, the others move down.

    They move down until the place is reached where the same person stood.
    """
    plain, of_new = without_years(builder, ties, memory), without_years(builder, tie, memory)
    same = [builder.icmp_unsigned("==", moved_down(builder, plain, n), of_new) for n in range(1, N_TIES)]
    met = reduce(builder.or_, same)  # the same person, at a place above
    above = moved_down(builder, ties, 1)
    others = builder.select(met, ties, above)
    others = builder.select(builder.icmp_unsigned(">", above, tie), tie, others)
    return builder.select(builder.icmp_unsigned(">", ties, tie), ties, others)


def without_years(builder: Any, ties: Any, memory: Any) -> Any:
    """Row, tag and match of ties: their words without what the year adds."""
    years = builder.and_(ties, constant(YEARS))
    weighed = builder.shl(builder.mul(builder.and_(memory, constant(YEARS)), years), constant(PRIORITY_BIT - ROW_BIT))
    return builder.sub(builder.lshr(ties, constant(ROW_BIT)), weighed)


def constant(word: int) -> ir.Constant:
    """A number in all lanes."""
    return ir.Constant(FOUR, [word] * N_TIES)


def splat(builder: Any, word: Any) -> Any:
    """A word in all lanes."""
    first = builder.insert_element(ir.Constant(FOUR, ir.Undefined), word, ir.Constant(ir.IntType(32), 0))
    return shuffle(builder, first, first, [0] * N_TIES)


def moved_down(builder: Any, ties: Any, places: int) -> Any:
    """Ties moved down by some places; above them comes what is above all ties and nobody's."""
    return shuffle(builder, ties, constant(2**64 - 1), [N_TIES] * places + list(range(N_TIES - places)))


def shuffle(builder: Any, one: Any, two: Any, lanes: list[int]) -> Any:
    """Lanes 0 to 3 of one vector and 4 to 7 of another, in a new order."""
    return builder.shuffle_vector(one, two, ir.Constant(ir.VectorType(ir.IntType(32), N_TIES), lanes))
