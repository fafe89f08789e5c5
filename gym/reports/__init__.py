"""Reports: today, the day in numbers, absences, ending plans, figures of staff."""
