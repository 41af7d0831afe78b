"""Facts about kasago.common.trainer: the book's way to train, on our networks and on the book's."""

from typing import Any

import numpy as np
import pytest

from kasago.common.layers import Affine, Relu, SoftmaxWithLoss
from kasago.common.multi_layer_net import MultiLayerNet
from kasago.common.optimizer import SGD, AdaDelta, AdaGrad, Adam, Momentum, Nesterov, RMSprop
from kasago.common.trainer import Trainer
from kasago.network import TwoLayerNet
from kasago.training import train


def points(count: int = 60) -> tuple[Any, Any]:
    x = np.random.default_rng(1).standard_normal((count, 2))
    return x, (x[:, 0] > x[:, 1]).astype(int)


def net() -> TwoLayerNet:
    return TwoLayerNet(2, 5, 2, 0.5, rng=np.random.default_rng(0))


def trainer(network: Any = None, **how: Any) -> Trainer:
    x, t = points()
    how = {"mini_batch_size": 10, "verbose": False, "rng": np.random.default_rng(2)} | how
    return Trainer(net() if network is None else network, x, t, x[:20], t[:20], **how)


class BooksNet:
    """A network as the book's later chapters write it: no loss_and_gradient, params and layers."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.params = {"W1": rng.standard_normal((2, 2)), "b1": np.zeros(2)}
        self.affine = Affine(self.params["W1"], self.params["b1"])
        self.relu, self.last = Relu(), SoftmaxWithLoss()

    def predict(self, x: Any) -> Any:
        return self.relu.forward(self.affine.forward(x))

    def loss(self, x: Any, t: Any) -> float:
        return self.last.forward(self.predict(x), t)

    def accuracy(self, x: Any, t: Any) -> float:
        return float(np.mean(np.argmax(self.predict(x), axis=1) == t))

    def gradient(self, x: Any, t: Any) -> dict[str, Any]:
        self.loss(x, t)
        self.affine.backward(self.relu.backward(self.last.backward()))
        return {"W1": self.affine.dW, "b1": self.affine.db}


def test_a_program_of_the_book_runs_with_its_arguments_by_position() -> None:
    x, t = points()
    network = MultiLayerNet(2, [5, 5], 2)
    trainer = Trainer(network, x, t, x, t, 3, 20, "Adam", {"lr": 0.01}, 10, False)
    trainer.train()
    assert len(trainer.train_loss_list) == trainer.current_iter == trainer.max_iter == 9
    assert len(trainer.train_acc_list) == len(trainer.test_acc_list) == trainer.current_epoch == 3


def test_a_network_written_for_the_book_is_trained() -> None:
    subject = trainer(BooksNet(), epochs=20, optimizer_param={"lr": 0.1})
    subject.train()
    assert np.mean(subject.train_loss_list[-6:]) < np.mean(subject.train_loss_list[:6])


@pytest.mark.parametrize("base", [TwoLayerNet, MultiLayerNet])
def test_a_subclass_that_writes_the_gradient_anew_is_trained_by_it(base: Any) -> None:
    asked: list[int] = []

    class Slower(base):
        def gradient(self, x: Any, t: Any) -> dict[str, Any]:
            asked.append(len(x))
            return {name: 0 * grad for name, grad in super().gradient(x, t).items()}

    network = Slower(2, 5 if base is TwoLayerNet else [5], 2)
    before = {name: param.copy() for name, param in network.params.items()}
    trainer(network, epochs=1).train()
    assert asked == [10] * 6
    for name, param in network.params.items():
        assert np.array_equal(param, before[name])


def test_lists_are_as_good_as_arrays() -> None:
    x, t = points()
    lists, arrays = (
        Trainer(
            net(), *data,
            mini_batch_size=10, epochs=1, verbose=False, rng=np.random.default_rng(2),
        )
        for data in ((x.tolist(), t.tolist(), x.tolist(), t.tolist()), (x, t, x, t))
    )  # fmt: skip
    lists.train()
    arrays.train()
    assert lists.train_loss_list == arrays.train_loss_list
    assert lists.test_acc_list == arrays.test_acc_list


def test_one_hot_labels_and_class_indices_train_alike() -> None:
    x, t = points()
    hot = np.eye(2, dtype=int)[t]
    indices, one_hot = (
        Trainer(
            net(), x, labels, x, labels,
            mini_batch_size=10, verbose=False, rng=np.random.default_rng(2),
        )
        for labels in (t, hot)
    )  # fmt: skip
    indices.train()
    one_hot.train()
    assert one_hot.train_loss_list == indices.train_loss_list
    assert one_hot.test_acc_list == indices.test_acc_list


def test_it_is_the_loop_of_train() -> None:
    x, t = points()
    network = net()
    history = train(
        network, x, t, x[:20], t[:20],
        iterations=12, batch_size=10, lr=0.3, rng=np.random.default_rng(2), progress=False,
    )  # fmt: skip
    subject = trainer(epochs=2, optimizer_param={"lr": 0.3})
    subject.train()
    assert subject.train_loss_list == history.loss
    assert subject.train_acc_list == history.train_accuracy
    assert subject.test_acc_list == history.test_accuracy
    for name, param in network.params.items():
        assert np.array_equal(param, subject.network.params[name])


@pytest.mark.parametrize("kind", [SGD, Momentum, Nesterov, AdaGrad, RMSprop, AdaDelta, Adam])
def test_an_optimizer_is_found_by_its_name_in_any_case(kind: type) -> None:
    for name in (kind.__name__, kind.__name__.lower(), kind.__name__.upper()):
        optimizer = trainer(optimizer=name, optimizer_param={"lr": 0.25}).optimizer
        assert type(optimizer) is kind
        assert optimizer.lr == 0.25


def test_the_books_own_spelling_of_rmsprop_is_known() -> None:
    assert type(trainer(optimizer="rmsprpo").optimizer) is RMSprop


def test_without_parameters_a_named_optimizer_has_the_books_rate() -> None:
    assert trainer(optimizer="Adam").optimizer.lr == 0.01


def test_an_optimizer_may_be_given_itself() -> None:
    mine = Momentum(lr=0.1)
    assert trainer(optimizer=mine).optimizer is mine


def test_accuracies_may_be_of_the_first_samples_only() -> None:
    seen: list[int] = []

    class Counting(TwoLayerNet):
        def accuracy(self, x: Any, t: Any) -> float:
            assert len(x) == len(t)
            seen.append(len(x))
            return 0.5

    trainer(Counting(2, 5, 2), epochs=1, evaluate_sample_num_per_epoch=7).train()
    trainer(Counting(2, 5, 2), epochs=1).train()
    assert seen == [7, 7, 60, 20]


def test_an_epoch_has_as_many_steps_as_batches_at_least_one() -> None:
    assert trainer(mini_batch_size=25).iter_per_epoch == 2
    assert trainer(mini_batch_size=600, epochs=3).max_iter == 3


def test_it_tells_the_accuracies_of_each_epoch_and_the_last(
    capsys: pytest.CaptureFixture[str],
) -> None:
    subject = trainer(epochs=2, verbose=True)
    subject.train()
    first, second, last = capsys.readouterr().out.splitlines()
    on_train, on_test = subject.train_acc_list[0], subject.test_acc_list[0]
    assert first == f"epoch 1: train accuracy {on_train:.4f}, test accuracy {on_test:.4f}"
    assert second.startswith("epoch 2: ")
    accuracy = subject.network.accuracy(subject.x_test, subject.t_test)
    assert last == f"final test accuracy: {accuracy:.4f}"


def test_it_is_silent_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    trainer(epochs=1).train()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"optimizer": "Newton"}, "one of AdaDelta, AdaGrad, Adam, Momentum, .*; got 'Newton'"),
        ({"optimizer": SGD(0.1), "optimizer_param": {"lr": 1}}, "given by its name"),
        ({"mini_batch_size": 0}, "mini_batch_size must be 1 or more .* got 0 and 20"),
        ({"epochs": -1}, "epochs 0 or more, got 10 and -1"),
        ({"evaluate_sample_num_per_epoch": 0}, "must be 1 or more, or None for all; got 0"),
    ],
)
def test_what_makes_no_sense_is_refused(how: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        trainer(**how)


def test_samples_and_targets_of_different_number_are_refused() -> None:
    x, t = points()
    with pytest.raises(ValueError, match=r"x_test and t_test .* got shapes \(60, 2\) and \(59,\)"):
        Trainer(net(), x, t, x, t[1:])


def test_the_defaults_are_the_books(capsys: pytest.CaptureFixture[str]) -> None:
    x, t = points(200)
    subject = Trainer(net(), x, t, x, t)
    assert (subject.epochs, subject.batch_size, subject.max_iter) == (20, 100, 40)
    assert type(subject.optimizer) is SGD
    assert subject.optimizer.lr == 0.01
    assert subject.evaluate_sample_num_per_epoch is None
    subject.train()
    assert len(capsys.readouterr().out.splitlines()) == 21


def test_a_batch_of_one_an_evaluation_of_one_and_no_epoch_at_all_are_allowed() -> None:
    subject = trainer(mini_batch_size=1, evaluate_sample_num_per_epoch=1, epochs=1)
    subject.train()
    assert len(subject.train_loss_list) == 60
    assert subject.test_acc_list[0] in (0.0, 1.0)
    none = trainer(epochs=0)
    none.train()
    assert none.train_loss_list == none.train_acc_list == []


def test_an_epoch_begins_where_the_last_one_ended() -> None:
    subject = trainer(mini_batch_size=20)  # three steps an epoch
    epochs = []
    for _ in range(7):
        subject.train_step()
        epochs.append(subject.current_epoch)
    assert epochs == [1, 1, 1, 2, 2, 2, 3]


def test_the_loss_is_the_one_before_the_step() -> None:
    subject, twin = trainer(mini_batch_size=10), net()
    batch = np.random.default_rng(2).integers(60, size=10)
    subject.train_step()
    assert subject.train_loss_list == [twin.loss(subject.x_train[batch], subject.t_train[batch])]


def test_a_network_with_loss_and_gradient_runs_forward_once() -> None:
    class Once(TwoLayerNet):
        def loss(self, x: Any, t: Any) -> float:
            raise AssertionError("one run forward is enough")

    trainer(Once(2, 5, 2)).train_step()


def test_training_inputs_and_targets_of_different_number_are_named() -> None:
    x, t = points()
    with pytest.raises(
        ValueError, match=r"x_train and t_train .* got shapes \(59, 2\) and \(60,\)"
    ):
        Trainer(net(), x[1:], t, x, t)
    with pytest.raises(ValueError, match=r"at least one; got shapes \(0, 2\) and \(0,\)"):
        Trainer(net(), x, t, x[:0], t[:0])
