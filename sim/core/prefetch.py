"""A hint to the processor: the cache line of an array element will be needed soon.

Writing papers, ties and credits looks at random rows of the whole world. The rows are known some steps ahead, so that
memory can be asked for them while the present one is worked on.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

AHEAD = 16  # steps: far enough for the memory to answer, near enough that the line is still there


@intrinsic
def prefetch(_context: Any, array: types.Array, row: types.Integer) -> Any:
    """Ask for the cache line in which a row of an array of one or more dimensions starts; changes nothing."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = signature.args[0]
        value = context.make_array(kind)(context, builder, args[0])
        zero = context.get_constant(types.intp, 0)
        index = [context.cast(builder, args[1], signature.args[1], types.intp)] + [zero] * (kind.ndim - 1)
        element = cgutils.get_item_pointer(context, builder, kind, value, index, wraparound=False)
        pointer, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        call = ir.FunctionType(ir.VoidType(), [pointer, word, word, word])
        function = builder.module.declare_intrinsic("llvm.prefetch", [pointer], call)
        # to be read or written (0), keep in all caches (3), data rather than code (1)
        builder.call(function, [builder.bitcast(element, pointer), word(0), word(3), word(1)])
        return context.get_dummy_value()

    return types.void(array, row), generate
