"""Photos of students in, a roster model and a report out. Stands on `recognition`."""

from training.fitting import FitOptions, FitResult, fit_photos, fit_roster

__all__ = ["FitOptions", "FitResult", "fit_photos", "fit_roster"]
