"""The kernels of :mod:`napari_fsrcnn.inference.one_pass`, in Triton.

A program computes a part of a row, all maps of each pixel, as matrix products. Their sides are powers
of two, of 16 at least: weights, biases and slopes are laid out so, filled up with zeros.
"""
# Triton reads types of its own where annotations stand, and its names are values of the program.
# ruff: noqa: N803, PLR0913, PLR0917
# mypy: disable-error-code="no-untyped-def, no-untyped-call, untyped-decorator"

import triton
import triton.language as tl


@triton.jit(do_not_specialize=["height", "width"])
def convolve(
    maps,
    weight,
    bias,
    slopes,
    made,
    height,
    width,
    CHANNELS: tl.constexpr,
    TAPS: tl.constexpr,
    MAPS: tl.constexpr,
    SUMMED: tl.constexpr,
    FILLED: tl.constexpr,
    PIXELS: tl.constexpr,
):
    """Convolve and rectify."""
    row, x = tl.program_id(0), tl.program_id(1) * PIXELS + tl.arange(0, PIXELS)
    total = _sums(maps, weight, row, x, height, width, CHANNELS, TAPS, SUMMED, FILLED)
    total = _rectified(total, bias, slopes, FILLED)
    _write(total, made, row, x, width, MAPS, FILLED)


@triton.jit(do_not_specialize=["height", "width"])
def convolve_and_mix(
    maps,
    weight,
    bias,
    slopes,
    mixing,
    mixing_bias,
    mixing_slopes,
    made,
    height,
    width,
    CHANNELS: tl.constexpr,
    TAPS: tl.constexpr,
    MAPS: tl.constexpr,
    SUMMED: tl.constexpr,
    BETWEEN: tl.constexpr,
    FILLED: tl.constexpr,
    PIXELS: tl.constexpr,
):
    """Convolve and rectify, then do the same with a 1 x 1 kernel."""
    row, x = tl.program_id(0), tl.program_id(1) * PIXELS + tl.arange(0, PIXELS)
    total = _sums(maps, weight, row, x, height, width, CHANNELS, TAPS, SUMMED, BETWEEN)
    between = _rectified(total, bias, slopes, BETWEEN).to(mixing.dtype.element_ty)
    total = tl.dot(between, _matrix(mixing, BETWEEN, FILLED))
    total = _rectified(total, mixing_bias, mixing_slopes, FILLED)
    _write(total, made, row, x, width, MAPS, FILLED)


@triton.jit
def _sums(
    maps,
    weight,
    row,
    x,
    height,
    width,
    CHANNELS: tl.constexpr,
    TAPS: tl.constexpr,
    SUMMED: tl.constexpr,
    FILLED: tl.constexpr,
):
    """Sum over the pixels under the kernel and their channels."""
    inside, across = x < width, width + TAPS - 1
    # Of each picture in the batch, TAPS - 1 rows more are read than made.
    first = (row + row // height * (TAPS - 1)).to(tl.int64) * across
    k = tl.arange(0, SUMMED)
    if CHANNELS == 1:
        there = inside[:, None] & (k < TAPS * TAPS)[None, :]
        under = k // TAPS * across + k % TAPS
        given = tl.load(maps + first + x[:, None] + under[None, :], there, 0)
        return tl.dot(given, _matrix(weight, SUMMED, FILLED))
    there = inside[:, None] & (k < CHANNELS)[None, :]
    total = tl.full([x.shape[0], FILLED], 0, tl.float32)
    for tap in tl.static_range(TAPS * TAPS):
        pixel = maps + (first + tap // TAPS * across + tap % TAPS) * CHANNELS
        given = tl.load(pixel + x[:, None] * CHANNELS + k[None, :], there, 0)
        kernel = _matrix(weight + tap * SUMMED * FILLED, SUMMED, FILLED)
        total = tl.dot(given, kernel, total)
    return total


@triton.jit
def _matrix(values, HEIGHT: tl.constexpr, WIDTH: tl.constexpr):
    return tl.load(values + tl.arange(0, HEIGHT)[:, None] * WIDTH + tl.arange(0, WIDTH)[None, :])


@triton.jit
def _rectified(total, bias, slopes, FILLED: tl.constexpr):
    m = tl.arange(0, FILLED)
    total += tl.load(bias + m).to(tl.float32)[None, :]
    return tl.where(total > 0, total, total * tl.load(slopes + m).to(tl.float32)[None, :])


@triton.jit
def _write(total, made, row, x, width, MAPS: tl.constexpr, FILLED: tl.constexpr):
    m = tl.arange(0, FILLED)
    start = made + row.to(tl.int64) * width * MAPS
    there = (x < width)[:, None] & (m < MAPS)[None, :]
    tl.store(start + x[:, None] * MAPS + m[None, :], total.to(made.dtype.element_ty), there)
