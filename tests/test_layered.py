"""Facts about networks that are chains of layers: what a program of the book may do with them."""

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kasago.common.classifier import LayeredClassifier
from kasago.common.gradient import gradient_check
from kasago.common.layers import (
    Affine,
    BatchNormalization,
    Convolution,
    Dropout,
    Relu,
    Sigmoid,
    SoftmaxWithLoss,
    Tanh,
)
from kasago.common.multi_layer_net import MultiLayerNet
from kasago.common.multi_layer_net_extend import MultiLayerNetExtend
from kasago.common.optimizer import SGD
from kasago.common.trainer import Trainer


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def batch(count: int = 6) -> tuple[Any, Any]:
    return rng(1).standard_normal((count, 4)), rng(1).integers(3, size=count)


def small(kind: Any = MultiLayerNet, **how: Any) -> Any:
    return kind(4, [5, 7], 3, rng=rng(), dtype=np.float64, **how)


# Parameters are the layers' own.


def test_a_parameter_replaced_in_the_network_is_replaced_in_its_layer() -> None:
    net, (x, _) = small(), batch()
    new = np.ones((4, 5))
    net.params["W1"] = new
    assert net.layers["Affine1"].W is net.params["W1"] is new
    np.testing.assert_allclose(net.layers["Affine1"].forward(x)[0], x[0].sum())


def test_a_parameter_replaced_in_a_layer_is_replaced_in_the_network() -> None:
    net, (x, t) = small(), batch()
    net.layers["Affine1"].W = np.ones((4, 5))
    assert np.array_equal(net.params["W1"], np.ones((4, 5)))
    before = net.loss(x, t)
    SGD(0.1).update(net.params, net.gradient(x, t))
    assert net.loss(x, t) < before
    assert not np.array_equal(net.layers["Affine1"].W, np.ones((4, 5)))


def test_all_parameters_may_be_replaced_at_once() -> None:
    net = small()
    other = {name: param + 1 for name, param in net.params.items()}
    net.params = other
    for name, param in other.items():
        assert net.params[name] is param
    assert net.layers["Affine3"].b is other["b3"]


def test_the_parameters_behave_as_a_dictionary() -> None:
    net = small(MultiLayerNetExtend, use_batchnorm=True)
    names = ["W1", "b1", "gamma1", "beta1", "W2", "b2", "gamma2", "beta2", "W3", "b3"]
    assert list(net.params) == list(net.params.keys()) == list(dict(**net.params)) == names
    assert len(net.params) == 10
    assert "W4" not in net.params
    with pytest.raises(KeyError, match="W4"):
        net.params["W4"]
    assert repr(net.params) == repr(dict(net.params))
    shallow, deep = net.params.copy(), copy.deepcopy(net.params)
    stored = pickle.loads(pickle.dumps(net.params))
    assert type(shallow) is type(deep) is type(stored) is dict
    assert shallow["W1"] is net.params["W1"]
    assert deep["W1"] is not net.params["W1"]
    for copied in (deep, stored):
        assert all(np.array_equal(copied[name], net.params[name]) for name in names)


def test_a_name_that_no_layer_has_is_kept_for_who_trains_more() -> None:
    net = small()
    net.params["alpha"] = np.zeros(2)
    assert list(net.params)[-1] == "alpha"
    net.params["alpha"] += 1
    assert net.params["alpha"].tolist() == [1, 1]
    assert len(net.params) == 7
    del net.params["alpha"]
    assert "alpha" not in net.params
    with pytest.raises(KeyError, match="W1"):
        del net.params["W1"]


def test_a_copy_of_a_network_has_parameters_of_its_own() -> None:
    net, (x, t) = small(), batch()
    other = copy.deepcopy(net)
    other.params["W1"] += 1
    assert other.layers["Affine1"].W is other.params["W1"]
    assert not np.array_equal(net.params["W1"], other.params["W1"])
    assert pickle.loads(pickle.dumps(net)).loss(x, t) == net.loss(x, t)


def test_float16_parameters_make_float16_scores() -> None:
    net, (x, t) = small(), batch()
    for name, param in net.params.items():
        net.params[name] = param.astype(np.float16)
    assert net.predict(x.astype(np.float16)).dtype == np.float16
    loss, grads = net.loss_and_gradient(x.astype(np.float16), t)
    assert np.isfinite(loss)
    assert all(grad.dtype == np.float16 for grad in grads.values())


def test_a_number_may_stand_for_a_bias() -> None:
    net, (x, t) = small(), batch()
    expected = net.predict(x)
    for i in (1, 2, 3):
        net.params[f"b{i}"] = 0.0
    assert np.array_equal(net.predict(x), expected)
    assert np.isfinite(net.loss(x, t))


# Layers are the reader's.


def test_a_layer_may_be_replaced_and_others_put_between() -> None:
    net, (x, t) = small(), batch()
    net.layers["Activation_function1"] = Sigmoid()
    front, behind = dict(list(net.layers.items())[:2]), dict(list(net.layers.items())[2:])
    gamma, beta = rng(2).normal(size=5), rng(3).normal(size=5)
    net.layers = {**front, "BatchNorm1": BatchNormalization(gamma, beta), "T": Tanh(), **behind}
    assert net.params["gamma1"] is gamma
    grads = net.gradient(x, t)
    assert gradient_check(lambda: net.loss(x, t, train_flg=True), net.params, grads) < 1e-6
    slow = net.numerical_gradient(x, t)
    assert all(np.allclose(grads[name], slow[name], atol=1e-6) for name in slow)


def test_a_layer_of_ones_own_is_told_whether_this_is_training_if_it_asks() -> None:
    told: list[bool] = []

    class Mine:
        def forward(self, x: Any, train_flg: bool = True) -> Any:
            told.append(train_flg)
            return x

        def backward(self, dout: Any) -> Any:
            return dout

    net, (x, t) = small(), batch()
    net.layers["Mine"] = Mine()
    net.predict(x)
    net.loss(x, t)
    net.accuracy(x, t)
    assert told == [False] * 3
    net.gradient(x, t)
    assert told[3:] == [True]
    net.predict(x, train_flg=True)
    assert told[4:] == [True]


@pytest.mark.parametrize(
    ("first", "shape"), [(Convolution, (2, 1, 2, 2)), (Affine, (16, 18))], ids=["filters", "affine"]
)
def test_a_first_layer_of_ones_own_is_asked_to_go_back(first: Any, shape: tuple[int, ...]) -> None:
    """Of the package's own only the parameters are wanted there."""
    came: list[Any] = []

    class Mine(first):
        def backward(self, dout: Any) -> Any:
            came.append(dout)
            return super().backward(dout)

    def network(kind: Any) -> LayeredClassifier:
        net = LayeredClassifier.__new__(type("Net", (LayeredClassifier,), {}))
        layer = kind(rng(1).normal(size=shape), 0.0)
        net.layers = [layer, Relu(), Affine(rng(2).normal(size=(18, 3)), 0.0)]
        net.last_layer = SoftmaxWithLoss()
        return net

    x, t = rng(3).normal(size=(5, 1, 4, 4)), rng(4).integers(3, size=5)
    ours, theirs = (network(kind).gradient(x, t) for kind in (first, Mine))
    assert len(came) == 1
    for name, grad in ours.items():
        assert np.array_equal(grad, theirs[name])


@pytest.mark.parametrize("kind", [MultiLayerNet, MultiLayerNetExtend])
def test_a_subclass_may_override_prediction_or_loss_as_in_the_book(kind: Any) -> None:
    class Doubled(kind):
        def predict(self, x: Any) -> Any:
            return super().predict(2 * x)

    class Shifted(kind):
        def loss(self, x: Any, t: Any) -> float:
            return super().loss(x, t) + 7

    (x, t), plain = batch(), small(kind)
    doubled, shifted = small(Doubled), small(Shifted)
    assert np.array_equal(doubled.scores(x), plain.predict(2 * x))
    assert doubled.loss(x, t) == plain.loss(2 * x, t)
    assert doubled.accuracy(x, t) == plain.accuracy(2 * x, t)
    for name, grad in doubled.gradient(x, t).items():
        np.testing.assert_allclose(grad, plain.gradient(2 * x, t)[name])
    assert shifted.loss_and_gradient(x, t)[0] == plain.loss(x, t) + 7
    assert shifted.numerical_gradient(x, t).keys() == plain.params.keys()


def test_a_subclass_may_put_itself_together_as_the_book_writes_a_network() -> None:
    class Mine(MultiLayerNet):
        def __init__(self) -> None:
            self.weight_decay_lambda = 0
            self.params = {}
            self.params["W1"] = rng().normal(size=(4, 3))
            self.params["b1"] = np.zeros(3)
            self.layers = {"Affine1": Affine(self.params["W1"], self.params["b1"])}
            self.last_layer = SoftmaxWithLoss()

    net, (x, t) = Mine(), batch(60)
    assert list(net.params) == ["W1", "b1"]
    before = net.loss(x, t)
    Trainer(net, x, t, x, t, 5, 10, "sgd", {"lr": 0.1}, verbose=False).train()
    assert net.loss(x, t) < before


def test_a_batch_in_parts_has_the_same_accuracy() -> None:
    net, (x, t) = small(), batch(25)
    accuracy = net.accuracy(x, t)
    assert [net.accuracy(x, t, size) for size in (1, 7, 24, 25, 1000)] == [accuracy] * 5
    with pytest.raises(ValueError, match="batch_size must be 1 or more, got 0"):
        net.accuracy(x, t, batch_size=0)


# Files.


def test_saved_parameters_come_back_under_any_name_of_the_file(tmp_path: Path) -> None:
    x, _ = batch()
    for name in ("params.npz", "params.pkl", "params"):
        file = tmp_path / name
        net = small(MultiLayerNetExtend, use_batchnorm=True)
        net.save_params(file)
        other = MultiLayerNetExtend(4, [5, 7], 3, use_batchnorm=True, dtype=np.float64)
        other.load_params(str(file))
        assert np.array_equal(other.predict(x), net.predict(x))
        with np.load(file, allow_pickle=False) as arrays:
            assert set(arrays.files) == set(net.params)
    assert {file.name for file in tmp_path.iterdir()} == {"params.npz", "params.pkl", "params"}


def test_loaded_parameters_have_the_dtype_of_the_network(tmp_path: Path) -> None:
    net = MultiLayerNet(4, [5], 3, dtype=np.float64)
    net.save_params(tmp_path / "params.npz")
    other = MultiLayerNet(4, [5], 3)
    other.load_params(tmp_path / "params.npz")
    assert all(param.dtype == np.float32 for param in other.params.values())
    np.testing.assert_allclose(other.params["W1"], net.params["W1"], rtol=1e-6)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_is_never_read(tmp_path: Path, protocol: int) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return Path.touch, (tmp_path / "ran",)

    file = tmp_path / "params.pkl"
    file.write_bytes(pickle.dumps({"W1": Evil()}, protocol))
    with pytest.raises(ValueError, match=r"params\.pkl is not of save_params.* A pickle, .* run"):
        small().load_params(file)
    assert not (tmp_path / "ran").exists()


def test_a_pickle_inside_of_an_npz_is_not_read_either(tmp_path: Path) -> None:
    np.savez(tmp_path / "params.npz", W1=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        small().load_params(tmp_path / "params.npz")


def test_a_file_of_another_network_is_refused_with_both_shapes(tmp_path: Path) -> None:
    MultiLayerNet(4, [6], 3).save_params(tmp_path / "params.npz")
    net = small()
    before = {name: param.copy() for name, param in net.params.items()}
    with pytest.raises(ValueError, match="of another network: ") as error:
        net.load_params(tmp_path / "params.npz")
    message = str(error.value)
    MultiLayerNet(5, [6], 3).save_params(tmp_path / "other.npz")
    with pytest.raises(ValueError, match=r"W1 has shape \(4, 6\) here and \(5, 6\) there"):
        MultiLayerNet(4, [6], 3).load_params(tmp_path / "other.npz")
    assert "W1 has shape (4, 5) here and (4, 6) there" in message
    assert "W3 has shape (7, 3) here and none there" in message
    assert "b3" in message
    for name, param in net.params.items():
        assert np.array_equal(param, before[name])


# The extended network.


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
@pytest.mark.parametrize("use_batchnorm", [False, True])
@pytest.mark.parametrize("use_dropout", [False, True])
def test_the_gradient_is_the_numerical_one(
    activation: str, use_batchnorm: bool, use_dropout: bool
) -> None:
    net, (x, t) = (
        small(
            MultiLayerNetExtend,
            activation=activation,
            weight_decay_lambda=0.1,
            use_dropout=use_dropout,
            dropout_ration=0.3,
            use_batchnorm=use_batchnorm,
        ),
        batch(),
    )
    slow = net.numerical_gradient(x, t)
    fast = net.gradient(x, t)
    assert slow.keys() == fast.keys() == net.params.keys()
    for name, grad in slow.items():
        np.testing.assert_allclose(fast[name], grad, atol=1e-6)
        assert grad.dtype == np.float64


def test_the_batch_of_one_of_the_book_gives_back_nothing_but_the_last_layer() -> None:
    """Its gradient check of chapter 6: one sample is its own mean."""
    net, (x, t) = small(MultiLayerNetExtend, use_batchnorm=True), batch(1)
    for i in (1, 2):  # At 0, ReLU has no derivative.
        net.params[f"beta{i}"] += 0.5
    fast, slow = net.gradient(x, np.eye(3)[t]), net.numerical_gradient(x, np.eye(3)[t])
    for name in net.params:
        np.testing.assert_allclose(fast[name], slow[name], atol=1e-7)
    assert not fast["W1"].any()
    assert not fast["gamma2"].any()
    assert fast["b3"].any()


def test_its_arguments_stand_where_the_book_has_them() -> None:
    net = MultiLayerNetExtend(4, [5], 3, "sigmoid", 0.5, 0.25, True, 0.2, True)
    assert list(net.layers) == [
        "Affine1", "BatchNorm1", "Activation_function1", "Dropout1", "Affine2",
    ]  # fmt: skip
    assert net.weight_decay_lambda == 0.25
    assert net.layers["Dropout1"].dropout_ratio == 0.2
    assert type(net.layers["Activation_function1"]) is Sigmoid
    assert net.params["gamma1"].tolist() == [1] * 5
    assert net.params["beta1"].tolist() == [0] * 5


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_its_parameters_and_gradients_have_one_dtype(dtype: Any) -> None:
    net, (x, t) = MultiLayerNetExtend(4, [5], 3, use_batchnorm=True, dtype=dtype), batch()
    grads = net.gradient(x.astype(dtype), t)
    for name, param in net.params.items():
        assert param.dtype == grads[name].dtype == dtype


def test_without_extras_it_is_the_plain_network() -> None:
    x, t = batch()
    plain, extended = small(), small(MultiLayerNetExtend)
    assert extended.loss(x, t) == plain.loss(x, t)
    for name, grad in plain.gradient(x, t).items():
        assert np.array_equal(extended.gradient(x, t)[name], grad)


def test_units_are_dropped_and_batches_normalized_in_training_alone() -> None:
    net, (x, t) = small(MultiLayerNetExtend, use_dropout=True, use_batchnorm=True), batch()
    net.gradient(x, t)
    running = net.layers["BatchNorm1"].running_mean
    assert net.loss(x, t) == net.loss(x, t)
    assert net.loss(x, t, train_flg=True) != net.loss(x, t, train_flg=True)
    assert not np.array_equal(running, net.layers["BatchNorm1"].running_mean)
    running = net.layers["BatchNorm1"].running_mean
    net.accuracy(x, t)
    np.testing.assert_allclose(net.predict(x[:2]), net.predict(x)[:2])
    net.numerical_gradient(x, t)
    assert net.layers["BatchNorm1"].running_mean is running


def test_a_seed_gives_the_same_training_again() -> None:
    x, t = batch(40)
    ends = []
    for _ in range(2):
        net = small(MultiLayerNetExtend, use_dropout=True, use_batchnorm=True)
        Trainer(net, x, t, x, t, 2, 10, "adam", verbose=False, rng=rng(5)).train()
        ends.append(net.params["W1"])
    assert np.array_equal(*ends)


def test_dropout_may_be_taken_out_of_a_network() -> None:
    net = small(MultiLayerNetExtend, use_dropout=True)
    layers = net.layers
    net.layers = {name: layer for name, layer in layers.items() if not isinstance(layer, Dropout)}
    assert list(net.params) == list(small().params)
