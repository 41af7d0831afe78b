"""What can be wrong with an equation: one family of errors, none of which knows page or line."""

from typing import Self


class EquationError(ValueError):
    """An equation, or its tie, is wrong; the message says why.

    Attributes
    ----------
    in_tie : bool
        Whether it is the tie that is wrong: where both stand, its line is the one to name.
    """

    in_tie = False
    _sentence = "{equation} is wrong: {why}"

    def about(self, equation: str, code: str) -> Self:
        """Return the same error, with a message that says what it is about.

        Parameters
        ----------
        equation, code : str
            What messages call the equation, and the code of its tie.

        Returns
        -------
        EquationError
            Of the same class.

        Examples
        --------
        >>> EquationMismatch("it gives 1, the code 2").about("the equation eq:sum", "relu(x)")
        EquationMismatch('the equation eq:sum is not relu(x): it gives 1, the code 2')
        """
        return type(self)(self._sentence.format(equation=equation, code=code, why=self))


class UnreadableEquation(EquationError):
    """LaTeX that is no formula, or that may be read in more than one way."""

    _sentence = "{equation}, tied to {code}, cannot be read: {why}"


class EquationMismatch(EquationError):
    """A formula that differs from the code of its tie, or that cannot be computed."""

    _sentence = "{equation} is not {code}: {why}"


class WrongTie(EquationError):
    """A tie that cannot be read, or whose code fails."""

    in_tie = True
    _sentence = "the tie of {equation} is wrong: {why}"
