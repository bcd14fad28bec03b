"""OpenAI's Whisper network rebuilt in memory from CTranslate2 weights: the same numbers under OpenAI's names. Not OpenAI's file."""

import re
import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from meetrec.transcripts.weights import WeightsError

NUMBER_KINDS: dict[int, Any] = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
READABLE_VERSION = 6  # of the container format; newer ones may lay the file out anew
HEAD_WIDTH = 64  # all Whisper sizes

Numbers = NDArray[Any]


class WeightsNotRebuildable(WeightsError):
    """The CTranslate2 file is not one we can turn back."""


def rebuilt_whisper(model_bin: Path) -> Any:
    """A whisper.model.Whisper with the weights of a verified CTranslate2 `model.bin` (fp16 or fp32)."""
    import torch
    from whisper.model import ModelDimensions, Whisper

    variables = read_variables(model_bin)
    state = {name: torch.from_numpy(values) for name, values in openai_state(variables).items()}
    network = Whisper(ModelDimensions(**_dimensions(variables)))
    left_out = network.load_state_dict(state, strict=False)
    if left_out.unexpected_keys or left_out.missing_keys:
        raise WeightsNotRebuildable(f"{model_bin} does not hold a whole Whisper network: {left_out}.")
    return network.eval()


def read_variables(model_bin: Path) -> dict[str, Numbers]:
    """Every tensor of a CTranslate2 model file by its name there; WeightsNotRebuildable if the file is of another kind."""
    try:
        with model_bin.open("rb") as file:
            return _read_container(file)
    except (struct.error, UnicodeDecodeError, KeyError, ValueError) as problem:
        raise WeightsNotRebuildable(f"{model_bin} is not a CTranslate2 model that can be read.") from problem


def _read_container(file: BinaryIO) -> dict[str, Numbers]:
    """Header (version, kind, revision), then the tensors, then names that stand for other tensors."""
    version = _unpacked(file, "I")
    kind = _text(file)
    _unpacked(file, "I")  # revision of the network's description
    if version > READABLE_VERSION or kind != "WhisperSpec":
        raise ValueError(f"container version {version}, kind {kind}")
    variables = dict(_tensor(file) for _ in range(_unpacked(file, "I")))
    for _ in range(_unpacked(file, "I")):
        alias, meant = _text(file), _text(file)
        variables[alias] = variables[meant]
    return variables


def _unpacked(file: BinaryIO, kind: str) -> int:
    form = "<" + kind
    return int(struct.unpack(form, file.read(struct.calcsize(form)))[0])


def _text(file: BinaryIO) -> str:
    return file.read(_unpacked(file, "H"))[:-1].decode()  # ends with a zero byte


def _tensor(file: BinaryIO) -> tuple[str, Numbers]:
    name = _text(file)
    shape = [_unpacked(file, "I") for _ in range(_unpacked(file, "B"))]
    kind = NUMBER_KINDS[_unpacked(file, "B")]
    values = np.frombuffer(file.read(_unpacked(file, "I")), dtype=kind).reshape(shape)
    return name, values


def openai_state(variables: dict[str, Numbers]) -> dict[str, Numbers]:
    """The tensors under the names of OpenAI's implementation, as float32."""
    state: dict[str, Numbers] = {}
    for number in (1, 2):
        _affine(state, variables, f"encoder.conv{number}", f"encoder/conv{number}")
    state["encoder.positional_embedding"] = _floats(variables, "encoder/position_encodings/encodings")
    state["decoder.positional_embedding"] = _floats(variables, "decoder/position_encodings/encodings")
    state["decoder.token_embedding.weight"] = _floats(variables, "decoder/embeddings/weight")
    _norm(state, variables, "encoder.ln_post", "encoder/layer_norm")
    _norm(state, variables, "decoder.ln", "decoder/layer_norm")
    for side in ("encoder", "decoder"):
        for number in range(_layers(variables, side)):
            _block(state, variables, f"{side}.blocks.{number}", f"{side}/layer_{number}")
    return state


def _block(state: dict[str, Numbers], variables: dict[str, Numbers], ours: str, theirs: str) -> None:
    _self_attention(state, variables, f"{ours}.attn", f"{theirs}/self_attention")
    _norm(state, variables, f"{ours}.attn_ln", f"{theirs}/self_attention/layer_norm")
    if ours.startswith("decoder"):
        _cross_attention(state, variables, f"{ours}.cross_attn", f"{theirs}/attention")
        _norm(state, variables, f"{ours}.cross_attn_ln", f"{theirs}/attention/layer_norm")
    _affine(state, variables, f"{ours}.mlp.0", f"{theirs}/ffn/linear_0")
    _affine(state, variables, f"{ours}.mlp.2", f"{theirs}/ffn/linear_1")
    _norm(state, variables, f"{ours}.mlp_ln", f"{theirs}/ffn/layer_norm")


def _self_attention(state: dict[str, Numbers], variables: dict[str, Numbers], ours: str, theirs: str) -> None:
    """CTranslate2 keeps query, key and value of self-attention in one matrix."""
    weights = np.split(_floats(variables, f"{theirs}/linear_0/weight"), 3)
    biases = np.split(_floats(variables, f"{theirs}/linear_0/bias"), 3)
    _query_key_value(state, ours, weights, biases)
    _affine(state, variables, f"{ours}.out", f"{theirs}/linear_1")


def _cross_attention(state: dict[str, Numbers], variables: dict[str, Numbers], ours: str, theirs: str) -> None:
    """Of cross-attention the query stands alone, key and value share a matrix."""
    weights = [_floats(variables, f"{theirs}/linear_0/weight")]
    biases = [_floats(variables, f"{theirs}/linear_0/bias")]
    weights += np.split(_floats(variables, f"{theirs}/linear_1/weight"), 2)
    biases += np.split(_floats(variables, f"{theirs}/linear_1/bias"), 2)
    _query_key_value(state, ours, weights, biases)
    _affine(state, variables, f"{ours}.out", f"{theirs}/linear_2")


def _query_key_value(state: dict[str, Numbers], ours: str, weights: list[Numbers], biases: list[Numbers]) -> None:
    if np.any(biases[1]):
        raise WeightsNotRebuildable(f"{ours}: Whisper has no bias on its keys, this file has one.")
    for part, weight in zip(("query", "key", "value"), weights, strict=True):
        state[f"{ours}.{part}.weight"] = weight
    state[f"{ours}.query.bias"], state[f"{ours}.value.bias"] = biases[0], biases[2]


def _affine(state: dict[str, Numbers], variables: dict[str, Numbers], ours: str, theirs: str) -> None:
    state[f"{ours}.weight"] = _floats(variables, f"{theirs}/weight")
    state[f"{ours}.bias"] = _floats(variables, f"{theirs}/bias")


def _norm(state: dict[str, Numbers], variables: dict[str, Numbers], ours: str, theirs: str) -> None:
    state[f"{ours}.weight"] = _floats(variables, f"{theirs}/gamma")
    state[f"{ours}.bias"] = _floats(variables, f"{theirs}/beta")


def _floats(variables: dict[str, Numbers], name: str) -> Numbers:
    return np.array(variables[name], dtype=np.float32)


def _layers(variables: dict[str, Numbers], side: str) -> int:
    found = (re.match(rf"{side}/layer_(\d+)/", name) for name in variables)
    return 1 + max(int(match[1]) for match in found if match)


def _dimensions(variables: dict[str, Numbers]) -> dict[str, int]:
    """The network's sizes, read off its tensors."""
    vocabulary, state = variables["decoder/embeddings/weight"].shape
    return {
        "n_mels": variables["encoder/conv1/weight"].shape[1],
        "n_audio_ctx": variables["encoder/position_encodings/encodings"].shape[0],
        "n_audio_state": state,
        "n_audio_head": state // HEAD_WIDTH,
        "n_audio_layer": _layers(variables, "encoder"),
        "n_vocab": vocabulary,
        "n_text_ctx": variables["decoder/position_encodings/encodings"].shape[0],
        "n_text_state": state,
        "n_text_head": state // HEAD_WIDTH,
        "n_text_layer": _layers(variables, "decoder"),
    }
