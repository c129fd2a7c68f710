"""How the many errors are told apart that torch raises, among them those of too little memory."""

from __future__ import annotations


def is_out_of_memory(error: RuntimeError) -> bool:
    """Say whether a device had too little memory.

    Examples
    --------
    >>> is_out_of_memory(RuntimeError("could not create a primitive"))
    True
    """
    import torch

    # On the CPU it is a plain RuntimeError: of torch's allocator, or of oneDNN, which has no room
    # for a convolution's code or scratch memory and does not say more.
    told = str(error)
    return (
        isinstance(error, torch.OutOfMemoryError)
        or "DefaultCPUAllocator" in told
        or told in ("could not create a primitive", "could not create a memory object")
    )
