"""PSNR and SSIM of models over sets of pictures."""
