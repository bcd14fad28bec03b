"""The catalogue of models: identity by hash, never by name or place."""

from dataclasses import replace

import pytest

from meetrec.transcripts.known_models import BASE, KNOWN_MODELS, FileIdentity, UnknownModel, known_model


def test_unknown_model_is_answered_with_the_names_that_exist() -> None:
    with pytest.raises(UnknownModel, match=r"no model “huge”.*base, tiny\.en"):
        known_model("huge")


def test_a_models_identity_changes_with_any_of_its_files() -> None:
    other = replace(BASE, files={**BASE.files, "config.json": FileIdentity(1, "0" * 64)})
    assert other.sha256 != BASE.sha256


@pytest.mark.parametrize("model", KNOWN_MODELS.values(), ids=lambda model: model.name)
def test_every_file_of_a_model_is_found_in_its_wheels(model) -> None:
    assert {file.name for file in model.wheels.files} == set(model.files)
    assert {package for file in model.wheels.files for package, _ in file.members} == set(model.wheels.requirements)
    assert len(model.hub_revision) == 40
