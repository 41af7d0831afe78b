"""Facts about kasago.literate.equations.tie: what a tie declares, and which are refused."""

import numpy as np
import pytest

from kasago.literate.equations.errors import WrongTie
from kasago.literate.equations.tie import EquationTie


def drawn(text):
    return EquationTie(text).draw(np.random.default_rng(1))


def test_sizes_differ_so_that_swapped_axes_show():
    rng = np.random.default_rng(1)
    tie = EquationTie("0; x: real[A, B, C, D]; y: real[E]")
    for _ in range(20):
        draw = tie.draw(rng)
        assert sorted(draw.sizes.values()) == [1, 2, 3, 4, 5]
        assert draw.formula["x"].shape == tuple(draw.sizes[name] for name in "ABCD")


@pytest.mark.parametrize(
    ("kind", "holds"),
    [
        ("real[N, K]", lambda x: np.ptp(x) > 0 or x.size == 1),
        ("positive[N, K]", lambda x: x.min() > 0),
        ("unit[N, K]", lambda x: 0 < x.min() <= x.max() < 1),
        ("integer[N, K]", lambda x: set(x.ravel()) <= {-2, -1, 0, 1, 2}),
        ("probability[N, K]", lambda x: np.allclose(x.sum(axis=-1), 1) and x.min() >= 0),
        ("one_hot[N, K]", lambda x: (x.sum(axis=-1) == 1).all() and set(x.ravel()) <= {0, 1}),
    ],
)
def test_random_values_are_of_their_kind(kind, holds):
    rng = np.random.default_rng(1)
    tie = EquationTie(f"0; K: size[2, 4]; x: {kind}")
    for _ in range(20):
        draw = tie.draw(rng)
        assert draw.formula["x"].shape == (draw.sizes["N"], draw.sizes["K"])
        assert 2 <= draw.sizes["K"] <= 4
        assert holds(draw.formula["x"])


def test_declarations_are_parted_outside_brackets_and_quotes():
    draw = drawn("""x; x = [1,
        2]; y = "a;b" + ')'
        z = {";": 3}""")
    assert draw.python["x"] == [1, 2]
    assert draw.formula["y"] == "a;b)"
    assert draw.formula["z"] == {";": 3}


def test_names_that_are_declared_together_differ():
    draw = drawn("0; x, y: real[N, 2]")
    assert draw.formula["x"].shape == draw.formula["y"].shape == (draw.sizes["N"], 2)
    assert (draw.formula["x"] != draw.formula["y"]).all()


def test_what_a_dotted_name_needs_is_imported():
    tie = EquationTie("kasago.common.functions.relu(x) + math.pi; x = -1.0")
    assert tie.value(tie.draw(np.random.default_rng(0))) == np.pi


def test_a_name_that_is_declared_hides_the_module_of_that_name():
    assert drawn("math.real; math = 2 + 3j").python["math"] == 2 + 3j
    tie = EquationTie("math.real; math = 2 + 3j")
    assert tie.value(tie.draw(np.random.default_rng(0))) == 2


def test_a_call_has_its_effect_on_the_code_alone():
    tie = EquationTie('p["x"]; x = np.zeros(2); p = {"x": x}; p["x"].fill(7)')
    draw = tie.draw(np.random.default_rng(0))
    assert tie.value(draw).tolist() == [7, 7]
    assert draw.formula["x"].tolist() == [0, 0]


def test_options_are_for_the_comparison_and_not_for_the_code():
    tie = EquationTie("x; x: real; rtol = 1e-6; first = 1 - 1")
    assert tie.options == {"rtol": 1e-6, "first": 0}
    assert drawn("x; x: real; rtol = 1e-6").formula.keys() == {"x"}


@pytest.mark.parametrize(
    ("tie", "name"),
    [
        ("kasago.network.f(x); x: real", "kasago.network.f(x)"),
        ("p; o = kasago.a.B(lr=1); p = o.c(np.ones(2))", "p (kasago.a.B)"),
        ("x + 1; x: real", "x + 1"),
    ],
)
def test_a_tie_is_named_by_the_functions_behind_it(tie, name):
    assert EquationTie(tie).name == name


def test_what_is_declared_and_used_nowhere_is_known():
    tie = EquationTie("x; x, y, z: real[N]; f = np.sum(y)")
    assert tie.unused(tie.draw(np.random.default_rng(0)), {"x"}) == ["z", "f"]


@pytest.mark.parametrize(
    ("tie", "why"),
    [
        ("kasago.common.functions.rellu(x); x: real", "has no attribute 'rellu'"),
        ("nowhere.relu(x); x: real", "No module named 'nowhere'"),
        ("x + z; x: real", "NameError: name 'z' is not defined"),
        ("x +; x: real", "'x +' is no Python expression: invalid syntax"),
        ("x; x: rael", "x is of no known kind: rael; known: real, positive,"),
        ("x; x: probability", "x: probability needs its sizes, probability[N, K]"),
        ("x; x: one_hot[3, 0]", "x: one_hot needs its sizes, one_hot[N, K]"),
        ("x; x: real[-1]", "[-1] is no shape: expected whole numbers, got [-1]"),
        ("x; x: real[0.5]", "[0.5] is no shape"),
        ("x; x: real[]", "[] is no shape: expected whole numbers, got []"),
        ("x; x: real[N:K]", "is no Python expression"),
        ("x; x: real[[1, 2], 3]", "[[1, 2], 3] is no shape"),
        ("x; x: size", "x: size needs its bounds, size[1, 5]"),
        ("x; x: size[5]", "x: size needs its bounds"),
        ("x; x: size[5, 2]", "size[5, 2] is empty"),
        ("x['a;b'; x: real", "is no Python expression"),
        ("x; x: real; x + 1", "'x + 1' is no declaration"),
        ("x; x: real; rtol = small", "name 'small' is not defined"),
        ("x; x: real; rtol = 'small'", "rtol is a number, got 'small'"),
        ("x; x: real; first = 2", "first is 0 or 1, got 2"),
        (";", "it names no code"),
        ("'a'; x: real", "'a' is no array of numbers: 'a'"),
        ("1 / 0; x: real", "1 / 0 fails: ZeroDivisionError"),
    ],
)
def test_a_wrong_tie_is_refused(tie, why):
    rng = np.random.default_rng(0)
    with pytest.raises(WrongTie) as caught:
        EquationTie(tie).value(EquationTie(tie).draw(rng))
    assert why in str(caught.value)
