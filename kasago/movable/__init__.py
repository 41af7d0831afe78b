"""Figures that the reader moves: a module of JavaScript each, in `figures`.

The figures of `kasago.plot` stand still; some of what they show moves here, in the browser.
`parts.js` and `plane.js` have what the modules share, `start.js` finds their places on a page,
`movable.css` has their looks. No library, and nothing from another host. Each computes as the
package does; ``tests/test_movable.py`` compares the two.
"""
