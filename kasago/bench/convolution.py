"""One step of training a convolutional network on 100 digits: forward, back, and Adam's move."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kasago.bench import Work
from kasago.common.classifier import LayeredClassifier
from kasago.common.layers import Convolution, Pooling, Relu
from kasago.common.optimizer import Adam
from kasago.dataset.mnist import load_mnist
from kasago.network import DeepConvNet, SimpleConvNet

__all__ = [
    "PlainConvolution",
    "PlainPooling",
    "PlainRelu",
    "book_deep",
    "book_simple",
    "kasago_deep",
    "kasago_simple",
    "plainly",
    "pytorch_deep",
    "pytorch_simple",
]

BATCH, RATE = 100, 0.001


def _digits() -> tuple[NDArray[Any], NDArray[Any]]:
    (x_train, t_train), _ = load_mnist(flatten=False)
    return x_train[:BATCH], t_train[:BATCH]


def _work(network: LayeredClassifier, x: NDArray[Any], t: NDArray[Any]) -> Work:
    optimizer = Adam(RATE)

    def work() -> float:
        loss, grads = network.loss_and_gradient(x, t)
        optimizer.update(network.params, grads)
        return loss

    return work


def kasago_simple() -> Work:
    """Make a step of the simple network with this package."""
    return _work(SimpleConvNet(rng=np.random.default_rng(0)), *_digits())


def kasago_deep() -> Work:
    """Make a step of the deep network with this package."""
    return _work(DeepConvNet(rng=np.random.default_rng(0)), *_digits())


# The book's way: float64, all patches of all images in one matrix, channels in front, and every
# derivative by the input, also by the images.


def _patches(x: NDArray[Any], FH: int, FW: int, stride: int, pad: int) -> NDArray[Any]:
    """Return (N, OH, OW, C, FH, FW), filled place by place of the filter."""
    N, C, H, W = x.shape
    OH, OW = (H + 2 * pad - FH) // stride + 1, (W + 2 * pad - FW) // stride + 1
    padded = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    patches = np.zeros((N, C, FH, FW, OH, OW))
    for i in range(FH):
        for j in range(FW):
            seen = padded[:, :, i : i + stride * OH : stride, j : j + stride * OW : stride]
            patches[:, :, i, j] = seen
    return patches.transpose(0, 4, 5, 1, 2, 3)


def _images(patches: NDArray[Any], shape: tuple[int, ...], stride: int, pad: int) -> NDArray[Any]:
    """Add (N, OH, OW, C, FH, FW) up to images."""
    (N, C, H, W), (_, OH, OW, _, FH, FW) = shape, patches.shape
    patches = patches.transpose(0, 3, 4, 5, 1, 2)
    x = np.zeros((N, C, H + 2 * pad + stride - 1, W + 2 * pad + stride - 1))
    for i in range(FH):
        for j in range(FW):
            x[:, :, i : i + stride * OH : stride, j : j + stride * OW : stride] += patches[
                :, :, i, j
            ]
    return x[:, :, pad : pad + H, pad : pad + W]


class PlainConvolution:
    """A convolution as one product with all patches.

    Parameters
    ----------
    W, b : ndarray
    stride, pad : int
    """

    def __init__(self, W: NDArray[Any], b: NDArray[Any], stride: int, pad: int) -> None:
        self.W, self.b, self.stride, self.pad = W, b, stride, pad

    def forward(self, x: NDArray[Any]) -> Any:
        """Return the sums.

        Parameters
        ----------
        x : ndarray, shape (N, C, H, W)

        Returns
        -------
        ndarray, shape (N, FN, OH, OW)
        """
        FN, _, FH, FW = self.W.shape
        patches = _patches(x, FH, FW, self.stride, self.pad)
        self.shape, self.of_patches = x.shape, patches.shape
        N, OH, OW = patches.shape[:3]
        self.col = patches.reshape(N * OH * OW, -1)
        out = np.dot(self.col, self.W.reshape(FN, -1).T) + self.b
        return out.reshape(N, OH, OW, FN).transpose(0, 3, 1, 2)

    def backward(self, dout: NDArray[Any]) -> Any:
        """Return the derivative by the input; keep `dW` and `db`.

        Parameters
        ----------
        dout : ndarray, shape (N, FN, OH, OW)

        Returns
        -------
        ndarray, shape (N, C, H, W)
        """
        FN = len(self.W)
        rows = dout.transpose(0, 2, 3, 1).reshape(-1, FN)
        self.db = np.sum(rows, axis=0)
        self.dW = np.dot(self.col.T, rows).T.reshape(self.W.shape)
        dcol = np.dot(rows, self.W.reshape(FN, -1))
        return _images(dcol.reshape(self.of_patches), self.shape, self.stride, self.pad)


class PlainPooling:
    """A pooling as the largest of each row of patches.

    Parameters
    ----------
    size, stride : int
    """

    def __init__(self, size: int, stride: int) -> None:
        self.size, self.stride = size, stride

    def forward(self, x: NDArray[Any]) -> Any:
        """Return the largest of each patch.

        Parameters
        ----------
        x : ndarray, shape (N, C, H, W)

        Returns
        -------
        ndarray, shape (N, C, OH, OW)
        """
        patches = _patches(x, self.size, self.size, self.stride, 0)
        self.shape, self.of_patches = x.shape, patches.shape
        rows = patches.reshape(-1, self.size**2)
        self.arg_max = np.argmax(rows, axis=1)
        return np.max(rows, axis=1).reshape(patches.shape[:4]).transpose(0, 3, 1, 2)

    def backward(self, dout: NDArray[Any]) -> Any:
        """Return the derivative by the input.

        Parameters
        ----------
        dout : ndarray, shape (N, C, OH, OW)

        Returns
        -------
        ndarray, shape (N, C, H, W)
        """
        rows = np.zeros((dout.size, self.size**2))
        rows[np.arange(dout.size), self.arg_max] = dout.transpose(0, 2, 3, 1).ravel()
        return _images(rows.reshape(self.of_patches), self.shape, self.stride, 0)


class PlainRelu:
    """ReLU that writes zeros where a mask is set, forward and back."""

    def forward(self, x: NDArray[Any]) -> Any:
        """Return the positive part.

        Parameters
        ----------
        x : ndarray, any shape

        Returns
        -------
        ndarray, shape of `x`
        """
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout: NDArray[Any]) -> Any:
        """Return the derivative by the input, in place.

        Parameters
        ----------
        dout : ndarray

        Returns
        -------
        ndarray
        """
        dout[self.mask] = 0
        return dout


def plainly(network: Any) -> Any:
    """Return a network with its layers for images and its ReLUs replaced by plain ones.

    Parameters
    ----------
    network : SimpleConvNet or DeepConvNet
        With float64 parameters. Changed in place.

    Returns
    -------
    the same
    """

    def plain(layer: Any) -> Any:
        if isinstance(layer, Convolution):
            return PlainConvolution(layer.W, layer.b, layer.stride, layer.pad)  # type: ignore[arg-type]
        if isinstance(layer, Pooling):
            return PlainPooling(layer.pool_h, layer.stride)
        return PlainRelu() if isinstance(layer, Relu) else layer

    layers = network.layers
    if isinstance(layers, dict):
        network.layers = {name: plain(layer) for name, layer in layers.items()}
    else:
        network.layers = [plain(layer) for layer in layers]
    return network


def book_simple() -> Work:
    """Make a step of the simple network as the book does."""
    network = SimpleConvNet(rng=np.random.default_rng(0), dtype=np.float64)
    return _work(plainly(network), *_digits())


def book_deep() -> Work:
    """Make a step of the deep network as the book does."""
    network = DeepConvNet(rng=np.random.default_rng(0), dtype=np.float64)
    return _work(plainly(network), *_digits())


def _pytorch(network: LayeredClassifier) -> Work:
    """Return the work of a step with PyTorch, from the same weights."""
    import torch  # noqa: PLC0415

    torch.set_num_threads(1)
    torch.manual_seed(0)
    chain: list[Any] = []
    for layer in network._chain():
        kind = type(layer).__name__
        if kind == "Convolution":
            FN, C, F, _ = layer.W.shape
            chain.append(torch.nn.Conv2d(C, FN, F, layer.stride, layer.pad))
        elif kind == "Affine":
            if not any(isinstance(before, torch.nn.Flatten) for before in chain):
                chain.append(torch.nn.Flatten())
            chain.append(torch.nn.Linear(*layer.W.shape))
        elif kind == "Pooling":
            chain.append(torch.nn.MaxPool2d(2))
        else:
            chain.append(torch.nn.ReLU() if kind == "Relu" else torch.nn.Dropout(0.5))
        if hasattr(layer, "W"):
            W = layer.W if kind == "Convolution" else layer.W.T
            with torch.no_grad():
                chain[-1].weight.copy_(torch.from_numpy(np.ascontiguousarray(W)))
                chain[-1].bias.copy_(torch.from_numpy(layer.b))
    model = torch.nn.Sequential(*chain)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    loss_function = torch.nn.CrossEntropyLoss()
    x, t = (torch.from_numpy(array) for array in _digits())
    t = t.long()

    def work() -> float:
        loss = loss_function(model(x), t)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.item())

    return work


def pytorch_simple() -> Work:
    """Make a step of the simple network with PyTorch, eagerly."""
    return _pytorch(SimpleConvNet(rng=np.random.default_rng(0)))


def pytorch_deep() -> Work:
    """Make a step of the deep network with PyTorch, eagerly."""
    return _pytorch(DeepConvNet(rng=np.random.default_rng(0)))
