from pickup.timelines.dialects.fcp7.reading import read_xmeml
