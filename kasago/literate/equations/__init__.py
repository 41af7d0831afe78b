r"""Hold the equations of a page against the code that they describe.

Directly above each display equation stands a comment, its tie: the Python expression that the
equation describes and what that needs, or the reason why no program can compute it::

    <!-- formula: kasago.common.functions.sum_squared_error(y, t)
         y, t: real[K] -->
    \begin{equation}
    E = \frac{1}{2} \sum_{k=1}^{K} (y_{k} - t_{k})^{2} \label{eq:squared-error}
    \end{equation}

    <!-- not computed: a limit has no end -->
    \begin{equation}
    f'(x) = \lim_{h \to 0} \frac{f(x + h) - f(x)}{h}
    \end{equation}

After the expression come declarations, parted by semicolons or line feeds:

- ``y, t: real[N, K]``: random numbers, of a kind in `tie.KINDS`. A letter in brackets is a size;
  sizes differ from each other as far as possible. ``K: size[2, 5]`` is one with bounds.
- ``delta = 1e-7``, ``h = kasago.common.functions.sigmoid``: any Python.
- ``optimizer.update(params, grads)``: a call for its effect. The formula keeps the old values.
- ``rtol = 1e-6``: the tolerance, relative to the largest number; 1e-9 if not given.
- ``first = 0``: where indices begin. If not given, at 0 in a formula that writes an index or
  the bound of a sum as 0, and at 1 in any other.

`page` finds the equations and `page.check_equation` checks one: `tie` reads the comment and draws
random inputs of many sizes, `read` makes an `expression` of the LaTeX, `evaluate` computes it, and
`compare` holds it against the code. ``python -m kasago.literate.equations PAGE ...`` says of each
equation what it agrees with.
"""
