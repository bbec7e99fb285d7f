"""`models fetch`, `list` and `check`, as an IT person types them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from moderator.errors import ConfigError, PlatformError
from moderator.weights.shelf import DETOXIFY
from tests.commands import in_process
from tests.weights.shapes import SHAPES, make_checkpoint

NAME = "detoxify/original"


def run(*words: str | Path, code: int = 0) -> str:
    result = in_process(["models", *map(str, words)], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new installation: no school is named yet, and nothing was fetched."""
    folder = tmp_path_factory.mktemp("installed") / "config"
    folder.mkdir()
    (folder / "moderator.toml").write_text('state_dir = "../state"\n', encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def fetched(config: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the fetch of a published checkpoint at hand prints, without any network."""
    pytest.importorskip("detoxify", reason="the slim installation leaves detoxify out")
    place = tmp_path_factory.mktemp("downloaded")
    checkpoint, home = make_checkpoint(SHAPES["bert"], place, by_official_name=True)
    return run("fetch", NAME, "--checkpoint", checkpoint, "--model-config", home, "--config", config)


def test_before_anything_was_fetched_the_list_says_how(tmp_path: Path) -> None:
    (tmp_path / "moderator.toml").write_text("", encoding="utf-8")
    for command in ("list", "check"):
        assert "moderator models fetch detoxify/" in run(command, "--config", tmp_path)


def test_a_checkpoint_at_hand_becomes_a_model_that_is_listed_and_checked(fetched: str, config: Path) -> None:
    folder = config.parent / "state" / "models" / NAME
    assert 'toxicity = "detoxify/original"' in fetched
    assert "of Detoxify's on 12 sentences" in fetched

    (listed,) = json.loads(run("list", "--config", config, "--json"))
    assert (listed["name"], listed["precision"], listed["digest_ok"]) == (NAME, "int8", True)
    assert listed["labels"] == ["toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack"]
    assert "tiny_bert.ckpt (sha256 " in listed["made_from"]
    assert run("list", "--config", config).startswith(f"{NAME}         whole   int8")

    (checked,) = json.loads(run("check", "--config", config, "--json"))
    assert checked["ok"]
    assert run("check", folder).startswith("ok  ")
    assert oct(folder.stat().st_mode & 0o777) == "0o755", "the daemon is another user than the one who fetched"


@pytest.mark.usefixtures("fetched")
def test_comments_are_judged_with_a_fetched_model_by_its_name(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(config.parent)
    words = ["judge", "--comments", "-", "--scores", "--reader", "off", "--toxicity", NAME]
    result = in_process(words, input='{"id": "1", "text": "you idiot"}\n', catch_exceptions=False)
    assert 0.0 < json.loads(result.output)["scores"]["identity_attack"] < 1.0

    with pytest.raises(ConfigError, match="Fetch it with: moderator models fetch detoxify/multilingual"):
        in_process([*words[:-1], "detoxify/multilingual"], input="", catch_exceptions=False)


@pytest.mark.usefixtures("fetched")
def test_a_tampered_model_is_listed_as_faulty_and_fails_the_check(config: Path) -> None:
    path = config.parent / "state" / "models" / NAME / "tokenizer.json"
    before = path.read_bytes()
    path.write_bytes(before.replace(b"[PAD]", b"[PAT]"))
    try:
        assert "FAULTY" in run("list", "--config", config)
        said = run("check", "--config", config, code=ConfigError.exit_code)
        assert said.startswith("FAIL")
        assert f"moderator models fetch {NAME}" in said
    finally:
        path.write_bytes(before)


@pytest.mark.usefixtures("fetched")
def test_a_model_that_scores_otherwise_on_this_machine_fails_the_check(config: Path) -> None:
    path = config.parent / "state" / "models" / NAME / "manifest.json"
    before = path.read_text(encoding="utf-8")
    manifest = json.loads(before)
    for answer in manifest["known_answers"]:
        answer["scores"] = dict.fromkeys(answer["scores"], 0.999)
    path.write_text(json.dumps(manifest), encoding="utf-8")
    try:
        assert run("check", "--config", config, code=ConfigError.exit_code).startswith("FAIL")
    finally:
        path.write_text(before, encoding="utf-8")


def test_without_a_network_it_says_so_in_one_sentence(tmp_path: Path) -> None:
    """The proxy of this machine answers nothing, so that no test ever downloads half a gigabyte."""
    pytest.importorskip("detoxify", reason="the slim installation leaves detoxify out")
    nowhere = "http://127.0.0.1:9"
    env = os.environ | {"https_proxy": nowhere, "HTTPS_PROXY": nowhere, "TORCH_HOME": str(tmp_path), "no_proxy": ""}
    command = [sys.executable, "-m", "moderator", "models", "fetch", "detoxify/unbiased", "--to", str(tmp_path / "to")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100, env=env)

    assert done.returncode == PlatformError.exit_code
    assert done.stderr.startswith(
        "moderator: The model was not fetched, since huggingface.co cannot be reached: try again"
    )
    assert done.stderr.count("\n") == 1
    assert done.stderr.count(". ") == 0
    assert not (tmp_path / "to").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["fetch", "detoxify/unbaised"], "is none of detoxify/original"),
        (["fetch", NAME, "--checkpoint", "x.ckpt"], "go together"),
        (["fetch", NAME, "--precision", "int4"], "'int4' is not one of 'int8', 'fp32'"),
    ],
)
def test_what_cannot_be_meant_is_said_before_anything_is_done(words: list[str], told: str) -> None:
    assert told in " ".join(run(*words, code=2).replace("│", "").split())


def test_a_file_that_may_run_code_or_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="the slim installation leaves torch out")
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    checkpoint = tmp_path / "odd.ckpt"
    torch.save({"config": Path("no plain value"), "state_dict": {}}, checkpoint)
    words = [
        "models",
        "fetch",
        NAME,
        "--checkpoint",
        str(checkpoint),
        "--model-config",
        str(tmp_path),
        "--to",
        str(tmp_path / "to"),
    ]
    with pytest.raises(ConfigError, match="no Detoxify checkpoint can be made out"):
        in_process(words, catch_exceptions=False)
    assert not (tmp_path / "to").exists()


def test_a_folder_with_other_things_is_never_replaced(tmp_path: Path) -> None:
    from moderator.weights.detoxify_models import convert

    (tmp_path / "homework.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match="holds something that is no model"):
        convert(None, tmp_path, name="n", made_from="f", version="1", precision="int8")
    assert (tmp_path / "homework.txt").read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", DETOXIFY)
def test_every_model_of_detoxifys_has_its_address_there(name: str) -> None:
    theirs = pytest.importorskip("detoxify.detoxify", reason="the slim installation leaves detoxify out")
    assert {f"detoxify/{kind}" for kind in theirs.MODEL_URLS} == set(DETOXIFY)
    assert theirs.MODEL_URLS[name.partition("/")[2]].startswith("https://")
