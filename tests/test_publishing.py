"""What is published, under which licences, and by which workflows."""

import hashlib
import json
import re
import tomllib

import pytest
import yaml

from conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LICENCES = PROJECT["license"].split(" AND ")
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# The legal code as Creative Commons publishes it, as plain text.
CC_BY = "9ba9550ad48438d0836ddab3da480b3b69ffa0aac7b7878b5a0039e7ab429411"

by_workflow = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.name)


def steps_of(workflow):
    jobs = yaml.safe_load(workflow.read_text("utf-8"))["jobs"].values()
    return [step for job in jobs for step in job["steps"]]


# The licences.


def test_the_licence_of_the_text_is_the_whole_legal_code():
    assert hashlib.sha256((ROOT / "LICENSE-TEXT").read_bytes()).hexdigest() == CC_BY


def test_the_readme_names_each_licence_of_the_project_and_the_file_that_holds_it():
    table = (ROOT / "README.md").read_text("utf-8").partition("## Licence")[2]
    rows = re.findall(r"\| \[(.+?)\]\((.+?)\) \|", table)
    named = [re.sub(r" (?=\d)|(?<=CC) ", "-", name) for name, _ in rows]
    assert named == LICENCES
    assert [file for _, file in rows] == PROJECT["license-files"]
    assert all((ROOT / file).is_file() for file in PROJECT["license-files"])


def test_the_citation_agrees_with_the_project():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == LICENCES[0]
    assert citation["authors"] == PROJECT["authors"]


def test_the_changelog_tells_of_this_version():
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert headings[0] == PROJECT["version"]


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_link_to_a_file_leads_to_one(page):
    text = re.sub(r"^(`{3,}).*?^\1$", "", (ROOT / page).read_text("utf-8"), flags=re.M | re.S)
    for address in re.findall(r"\]\((?!https?:)([^)#\s]+)", text):
        assert (ROOT / address).is_file(), f"{page} links to {address}"


# The workflows.


@by_workflow
def test_every_action_is_pinned_to_a_commit_and_says_of_which_version(workflow):
    used = re.findall(r"\buses: *(.*)$", workflow.read_text("utf-8"), re.M)
    assert len(used) == sum("uses" in step for step in steps_of(workflow))
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)


@by_workflow
def test_a_workflow_may_read_and_nothing_else_but_for_the_job_that_publishes(workflow):
    read = yaml.safe_load(workflow.read_text("utf-8"))
    assert read["permissions"] == {"contents": "read"}
    writing = {
        (name, scope)
        for name, job in read["jobs"].items()
        for scope, access in job.get("permissions", {}).items()
        if access != "read"
    }
    publishes = {("deploy", "pages"), ("deploy", "id-token")}
    assert writing == (publishes if workflow.name == "publish.yml" else set())


@by_workflow
def test_no_workflow_leaves_its_credentials_to_the_steps_that_follow(workflow):
    checkouts = [s for s in steps_of(workflow) if s.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_every_supported_python_is_tested_the_oldest_with_the_oldest_versions():
    [job] = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text("utf-8"))[
        "jobs"
    ].values()
    tested = job["strategy"]["matrix"]["case"]
    supported = [name.rpartition(" ")[2] for name in PROJECT["classifiers"]]
    oldest = PROJECT["requires-python"].removeprefix(">=")
    assert supported[0] == oldest
    assert sorted({case["python"] for case in tested}) == supported
    assert [c["python"] for c in tested if c["target"] == "oldest"] == [oldest]
    assert supported[-1] in [c["python"] for c in tested if c["target"] == "newest"]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for case in tested:
        assert re.search(rf"^{case['target']}:", makefile, re.M), case


def test_the_machines_of_a_version_have_all_tests_between_them():
    [job] = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text("utf-8"))[
        "jobs"
    ].values()
    assert job["strategy"]["matrix"]["part"] == ["site", "not site"]
    assert job["steps"][-1]["env"]["PYTEST_ADDOPTS"] == '-m "${{ matrix.part }}"'


# What the site says of it.


WORDS = {
    "index.html": (
        "Copy this code (free to use)",
        "Edit this page",
        "Report a problem with this snippet",
    ),
    "ja/index.html": (
        "コードをコピー（自由に使えます）",
        "このページを編集",
        "このコードの問題を報告",
    ),
}
by_edition = pytest.mark.parametrize(("page", "words"), WORDS.items(), ids=WORDS)


@by_edition
def test_the_button_that_copies_and_the_foot_of_the_page_say_what_is_free(page, words, small_sites):
    copy = words[0]
    foot = "文章と図は" if page.startswith("ja") else "Text and figures:"
    text = (small_sites["bare"] / page).read_text("utf-8")
    assert f'"clipboard.copy": {json.dumps(copy)}' in text
    assert foot in text.partition('class="md-copyright"')[2]


@by_edition
def test_without_a_repository_no_link_leads_to_one(page, words, small_sites):
    text = (small_sites["bare"] / page).read_text("utf-8")
    for trace in ('class="report"', 'rel="edit"', 'class="md-source"', words[1], "/edit/"):
        assert trace not in text


@by_edition
def test_a_page_leads_to_the_book_as_a_pdf_where_there_is_one(page, words, small_sites):
    name = "本全体のPDF" if page.startswith("ja") else "The whole book as a PDF"
    link = re.compile(rf'<a href="kasago.pdf">\s*{name}\s*</a>')
    assert link.search((small_sites["full"] / page).read_text("utf-8"))
    assert name not in (small_sites["bare"] / page).read_text("utf-8")


@by_edition
def test_with_a_repository_a_page_leads_to_its_source_and_to_where_problems_are_reported(
    page, words, small_sites
):
    text = (small_sites["full"] / page).read_text("utf-8")
    source = "index.ja.md" if page.startswith("ja") else "index.md"
    edit = f'<a href="https://github.com/example/kasago/edit/main/docs/{source}" rel="edit">'
    assert f"{edit}{words[1]}</a>" in text
    assert text.count('href="https://github.com/example/kasago/issues/new?title=') == 2
    assert text.count(f"<span>{words[2]}</span></a></div>") == 2


def test_the_link_to_report_a_problem_is_not_found_by_a_search(small_sites):
    folder = small_sites["full"] / "search"
    index = "".join((folder / f"{language}.json").read_text("utf-8") for language in ("en", "ja"))
    assert "2 ** 10" in index
    assert "Report a problem" not in index
