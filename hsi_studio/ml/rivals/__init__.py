"""The classifiers that a new method has to beat, from scikit-learn, on the same terms for all."""

SUMMARIES = {
    "svm": "support vectors with an RBF kernel on spectra, C and gamma cross-validated",
    "knn": "nearest neighbours on spectra, their number cross-validated",
    "gnb": "Gaussian naive Bayes on spectra",
    "mlp": "a perceptron with 100 hidden units on spectra",
    "hgb": "histogram gradient boosting on spectra",
    "rf": "random forest of 500 trees on spectra",
    "lda": "linear discriminants on spectra, automatic shrinkage",
    "lda9": "linear discriminants on spectra averaged over 9 × 9 pixels",
}
"""Name → one line; the names are those of `METHODS`."""
